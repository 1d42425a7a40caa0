"""The documents, letter by letter against files, against libvirt's own schemas, and read back.

To write the files anew after a wanted change: python -m tests.provisioning.test_xml
"""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.xml.domain import Channel, Disk, Domain, Firmware, FirmwareEntry, Graphics, Interface, Serial
from provisioning.xml.element import Element
from provisioning.xml.machine import domain_of, shape_of
from provisioning.xml.marks import MachineMark, NetworkMark, our_uuid
from provisioning.xml.network import Network
from provisioning.xml.storage import Pool, Volume
from tests.provisioning.documents import DOCUMENTS, GROUND, SHAPE

GOLDEN = Path(__file__).parent / "golden"
CLASSES = (
    Domain, Disk, Interface, Serial, Channel, Graphics, Firmware, FirmwareEntry, MachineMark, NetworkMark, Network,
    Pool, Volume,
)  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_as_its_file_has_it(name: str) -> None:
    assert DOCUMENTS[name][1].to_xml() == (GOLDEN / f"{name}.xml").read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_read_back_is_the_same(name: str) -> None:
    _schema, document = DOCUMENTS[name]
    assert type(document).from_xml(document.to_xml()) == document


@pytest.mark.skipif(not shutil.which("virt-xml-validate"), reason="virt-xml-validate: scripts/setup provisioning")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_libvirts_schemas_take_it(name: str) -> None:
    schema, _document = DOCUMENTS[name]
    file = GOLDEN / f"{name}.xml"
    done = subprocess.run(["virt-xml-validate", file, schema], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, f"{file} validates\n")


def test_every_declared_property_is_exercised() -> None:
    used: set[tuple[str, str]] = set()

    def note(element: Element) -> None:
        for each in element.properties():
            value = getattr(element, each.name)
            if value is None or value is False or value == ():
                continue
            used.add((type(element).__name__, each.name))
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Element):
                    note(part)

    for _schema, document in DOCUMENTS.values():
        note(document)
    assert {(each.__name__, one.name) for each in CLASSES for one in each.properties()} - used == set()


def test_a_machine_is_read_back_in_the_shape_in_which_it_was_made() -> None:
    for shape in (SHAPE, replace(SHAPE, door=None, network="lan")):
        domain = Domain.from_xml(domain_of("durand", "durand.lilas", shape, GROUND).to_xml())
        assert shape_of(domain, shape.disk_gib) == shape
        assert domain.mark == MachineMark.of("durand", shape)


def test_what_hands_changed_is_read_as_it_is_now() -> None:
    domain = domain_of("durand", "durand.lilas", SHAPE, GROUND)
    document = domain.to_xml().replace(":2201-", ":2299-").replace(">2</vcpu>", ">4</vcpu>")
    document = document.replace('<memory unit="MiB">1024<', '<memory unit="KiB">2097152<')
    changed = Domain.from_xml(document)
    assert shape_of(changed, 12) == replace(SHAPE, door=2299, cpus=4, memory_mib=2048, disk_gib=12)
    assert changed.mark == MachineMark.of("durand", SHAPE)


def test_a_machine_without_a_whole_mark_has_no_shape() -> None:
    document = domain_of("durand", "durand.lilas", SHAPE, GROUND).to_xml()
    for mark in ('site="lilas" ', 'cpus="2" '):
        assert mark in document
        assert shape_of(Domain.from_xml(document.replace(mark, "")), 10) is None
    assert shape_of(Domain.from_xml("<domain type='kvm'><name>x</name></domain>"), 10) is None


def test_each_machine_has_an_identity_of_its_own_that_stays() -> None:
    assert our_uuid("durand.lilas") == our_uuid("durand.lilas") != our_uuid("durand.port")


if __name__ == "__main__":
    for each, (_schema, written) in DOCUMENTS.items():
        (GOLDEN / f"{each}.xml").write_text(written.to_xml(), "utf-8")
