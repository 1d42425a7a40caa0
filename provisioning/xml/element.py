"""How a class declares the properties of a document, and how it is written and read.

@dataclass(frozen=True, kw_only=True)
class Disk(Element):
    TAG = "disk"
    device: str | None = text("@device")
    path: str | None = text("source/@file")
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, Self

NAMESPACES = {
    "qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
    "vpterm": "urn:vpterm:provisioning:1",
}
for _prefix, _uri in NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


def text(path: str) -> Any:
    """A string: "@device" an attribute, "source/@file" one of a child, "name" the text of a child."""
    return field(default=None, metadata={"path": path, "kind": "text"})


def number(path: str) -> Any:
    """A whole number, where text() has a string."""
    return field(default=None, metadata={"path": path, "kind": "number"})


def flag(path: str) -> Any:
    """True when the child is there."""
    return field(default=False, metadata={"path": path, "kind": "flag"})


def texts(path: str) -> Any:
    """One child for each string of a tuple; the last child of the path is repeated."""
    return field(default=(), metadata={"path": path, "kind": "texts"})


def one(path: str, of: "type[Element]") -> Any:
    """A child with properties of its own."""
    return field(default=None, metadata={"path": path, "kind": "one", "of": of})


def many(path: str, of: "type[Element]") -> Any:
    """A tuple of such children."""
    return field(default=(), metadata={"path": path, "kind": "many", "of": of})


@dataclass(frozen=True, kw_only=True)
class Element:
    """The root of all documents and of their parts. Order in the document is the order of declaration."""

    TAG: ClassVar[str]

    def to_xml(self) -> str:
        """The whole document, indented, with a line feed at its end."""
        root = self._written()
        ET.indent(root)
        return ET.tostring(root, encoding="unicode") + "\n"

    @classmethod
    def from_xml(cls, document: str) -> Self:
        """Read what the class declares; what it does not declare is left aside."""
        return cls._read(ET.fromstring(document))  # noqa: S314 - libvirt's own answer, no document of strangers

    @classmethod
    def properties(cls) -> tuple[Field[Any], ...]:
        return fields(cls)

    def _written(self) -> ET.Element:
        node = ET.Element(_full(self.TAG))
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and value is not False and value != ():
                _write(node, each, value)
        return node

    @classmethod
    def _read(cls, node: ET.Element) -> Self:
        return cls(**{each.name: _read(node, each) for each in fields(cls)})


def _write(node: ET.Element, declared: Field[Any], value: Any) -> None:
    path, kind = declared.metadata["path"], declared.metadata["kind"]
    steps, attribute = _taken_apart(path)
    if kind in ("text", "number", "flag"):
        target = _made(node, steps)
        if attribute:
            target.set(attribute, str(value))
        elif kind != "flag":
            target.text = str(value)
    elif kind == "texts":
        for each in value:
            child = ET.SubElement(_made(node, steps[:-1]), _full(steps[-1]))
            if attribute:
                child.set(attribute, each)
            else:
                child.text = each
    else:
        for each in value if kind == "many" else (value,):
            _made(node, steps[:-1]).append(each._written())


def _read(node: ET.Element, declared: Field[Any]) -> Any:
    path, kind = declared.metadata["path"], declared.metadata["kind"]
    steps, attribute = _taken_apart(path)
    found = list(_found(node, steps))
    if kind == "flag":
        return bool(found)
    if kind in ("text", "number"):
        value = None
        if found:
            value = found[0].get(attribute) if attribute else (found[0].text or "").strip()
        return int(value) if kind == "number" and value is not None else value
    if kind == "texts":
        return tuple((each.get(attribute) if attribute else each.text) or "" for each in found)
    parts = tuple(declared.metadata["of"]._read(each) for each in found)
    return parts if kind == "many" else (parts[0] if parts else None)


def _taken_apart(path: str) -> tuple[list[str], str]:
    """ "source/@file" -> (["source"], "file"); "name" -> (["name"], "")."""
    *steps, last = path.split("/")
    return (steps, last[1:]) if last.startswith("@") else ([*steps, last], "")


def _made(node: ET.Element, steps: list[str]) -> ET.Element:
    for step in steps:
        below = node.find(_full(step))
        node = ET.SubElement(node, _full(step)) if below is None else below
    return node


def _found(node: ET.Element, steps: list[str]) -> Iterator[ET.Element]:
    if not steps:
        yield node
        return
    for below in node.findall(_full(steps[0])):
        yield from _found(below, steps[1:])


def _full(name: str) -> str:
    prefix, colon, tag = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{tag}" if colon else name
