"""Templates (vm-templates/): what is in an image, as data. Building one is elsewhere."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisioning.errors import Complaint, FileWrong, NotThere
from provisioning.group.positions import lines_of_keys, nearest_line

BASE = "machine"  # every template stands on it
_KNOWN = {"packages": list, "enable": list, "mask": list, "program": bool, "disk": str}


@dataclass(frozen=True, slots=True)
class Template:
    """A template with the base that it stands on. `layers` are folders laid over the system, in order."""

    name: str
    packages: tuple[str, ...]
    enable: tuple[str, ...]
    mask: tuple[str, ...]
    program: bool
    disk_gib: int
    layers: tuple[Path, ...]


def read_template(folder: Path, name: str) -> Template:
    """Read vm-templates/NAME on top of vm-templates/machine. Raises NotThere, FileWrong."""
    known = sorted(path.parent.name for path in folder.glob("*/template.toml") if path.parent.name != BASE)
    if name not in known:
        raise NotThere(f"there is no template {name} in {folder}", f"There are: {', '.join(known) or 'none'}")
    base, own = _read(folder / BASE / "template.toml"), _read(folder / name / "template.toml")

    def both(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*base.get(key, ()), *own.get(key, ()))))

    layers = tuple(path for path in (folder / BASE / "files", folder / name / "files") if path.is_dir())
    disk_gib = int(str(own.get("disk", "4 GiB")).removesuffix(" GiB"))
    return Template(name, both("packages"), both("enable"), both("mask"), bool(own.get("program")), disk_gib, layers)


def hash_of(template: Template) -> str:
    """SHA-256 of all that a template says, the files of its layers with their modes included."""
    made = hashlib.sha256(repr((template.name, template.packages, template.enable, template.mask)).encode())
    made.update(repr((template.program, template.disk_gib)).encode())
    for layer in template.layers:
        for path in sorted(layer.rglob("*")):
            if path.is_file():
                made.update(f"{path.relative_to(layer)} {path.stat().st_mode & 0o111:o} ".encode())
                made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text("utf-8")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise FileWrong(str(path), [Complaint(1, "TOML", str(failure))]) from failure
    lines = lines_of_keys(text)
    complaints = [
        Complaint(nearest_line(lines, (key,)), key, "is not known here, or not of this kind")
        for key, value in content.items()
        if not isinstance(value, _KNOWN.get(key, ()))
    ]
    if complaints:
        raise FileWrong(str(path), complaints)
    return content
