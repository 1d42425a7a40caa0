"""Reading group.toml: everything it can say, and every fault with its line and key."""

import re
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from provisioning.errors import FileWrong, NotThere
from provisioning.group.model import ClinicWish, Group, HostWish, ImageWish, NetworkWish
from provisioning.group.positions import lines_of_keys, nearest_line
from provisioning.group.reading import parse_group, read_group

DOCS = Path(__file__).parents[2] / "docs" / "operations" / "group-file.md"
SMALL = """\
name = "durand"

[hosts.alpha]
uri = "qemu:///system"

[images.clinic]
version = "3f2a9c1d07be"

[clinics.lilas]
template = "clinic"
memory = "512 MiB"
disk = "8 GiB"
door = 2201
"""
NAT = '[networks.lan]\nkind = "nat"\n'


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(FileWrong) as caught:
        parse_group(text)
    return [(each.line, each.key) for each in caught.value.complaints]


def test_a_small_file_has_defaults_for_the_rest() -> None:
    assert parse_group(SMALL) == Group(
        "durand",
        (HostWish("alpha", "qemu:///system", "/var/lib/vpterm-machines", 1024),),
        (NetworkWish("walled", "walled"),),
        (ImageWish("clinic", "3f2a9c1d07be"),),
        (ClinicWish("lilas", "lilas", "clinic", "walled", 1, 512, 8, 2201, 100),),
    )


def test_the_example_of_the_documentation_says_everything_that_a_file_can() -> None:
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert example
    group = parse_group(example[1])
    assert [each.name for each in group.hosts] == ["alpha", "beta"]
    assert group.hosts[1] == HostWish("beta", "qemu+ssh://root@beta.durand.example/system", "/srv/machines", 4096)
    assert group.network("lan") == NetworkWish("lan", "nat", IPv4Network("10.20.0.0/24"))
    assert group.clinic("lilas") == ClinicWish(
        "lilas", "lilas", "clinic", "walled", 2, 1024, 10, 2201, 10, "alpha", ("port",)
    )
    assert group.clinic("archive") == ClinicWish("archive", "archives", "standalone", "lan", 1, 768, 20, None, 100)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('"512 MiB"', '"512 MB"'), (11, "clinics.lilas.memory")),
        (('"512 MiB"', '"64 MiB"'), (11, "clinics.lilas.memory")),
        (('"512 MiB"', "512"), (11, "clinics.lilas.memory")),
        (('"8 GiB"', '"1500 MiB"'), (12, "clinics.lilas.disk")),
        (('"8 GiB"', '"0 GiB"'), (12, "clinics.lilas.disk")),
        (("door = 2201", "door = 22"), (13, "clinics.lilas.door")),
        (("door = 2201", "door = true"), (13, "clinics.lilas.door")),
        (("door = 2201", "dor = 2201"), (13, "clinics.lilas.dor")),
        (("door = 2201", ""), (9, "clinics.lilas.door")),
        (("door = 2201", 'door = 2201\nnetwork = "lan"'), (14, "clinics.lilas.network")),
        (("door = 2201", 'door = 2201\nhost = "gamma"'), (14, "clinics.lilas.host")),
        (("door = 2201", 'door = 2201\napart = ["lilas"]'), (14, "clinics.lilas.apart")),
        (("door = 2201", "door = 2201\ncpus = 0"), (14, "clinics.lilas.cpus")),
        (("door = 2201", "door = 2201\nstart = -1"), (14, "clinics.lilas.start")),
        (('template = "clinic"', 'template = "clinique"'), (10, "clinics.lilas.template")),
        (('"3f2a9c1d07be"', '"newest"'), (7, "images.clinic.version")),
        (('uri = "qemu:///system"', 'uri = ""'), (4, "hosts.alpha.uri")),
        (('uri = "qemu:///system"', 'uri = "x:///"\nstorage = "../x"'), (5, "hosts.alpha.storage")),
        (("[hosts.alpha]", "[hosts.Alpha]"), (3, "hosts.Alpha")),
        (('name = "durand"', 'name = "Durand et fils"'), (1, "name")),
        (('name = "durand"', ""), (1, "name")),
        (("[images.clinic]", f"{NAT}[images.clinic]"), (6, "networks.lan.subnet")),
        (("[images.clinic]", '[networks.lan]\nkind = "wifi"\n[images.clinic]'), (7, "networks.lan.kind")),
        (("[images.clinic]", f"{NAT}subnet = '8.8.8.0/24'\n[images.clinic]"), (8, "networks.lan.subnet")),
        (("[hosts.alpha]", "[hosts.alpha"), (3, "TOML")),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_line_and_key(change: tuple[str, str], fault: tuple[int, str]) -> None:
    assert change[0] in SMALL
    assert fault in faults(SMALL.replace(*change))


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace('"512 MiB"', "0").replace("2201", '"2201"').replace('"durand"', '"?"')
    assert faults(text) == [(1, "name"), (11, "clinics.lilas.memory"), (13, "clinics.lilas.door")]


def test_two_clinics_have_neither_one_door_nor_one_site() -> None:
    text = SMALL + SMALL[SMALL.index("[clinics.lilas]") :].replace("lilas", "port") + 'site = "lilas"\n'
    assert faults(text) == [(18, "clinics.port.door"), (19, "clinics.port.site")]


def test_the_sentence_names_the_file_the_line_the_key_and_the_cure() -> None:
    with pytest.raises(FileWrong) as caught:
        parse_group(SMALL.replace('"512 MiB"', '"lots"'), "/etc/group.toml")
    assert caught.value.message == (
        '/etc/group.toml:11: clinics.lilas.memory: \'lots\' is no size: "512 MiB" or "8 GiB"'
    )


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        read_group(tmp_path / "group.toml")


def test_lines_are_found_for_dotted_and_quoted_keys() -> None:
    lines = lines_of_keys('a.b = 1\n[x."y z"]\n# c = 3\nc = 3\n')
    assert (lines[("a", "b")], lines[("x", "y z")], lines[("x", "y z", "c")]) == (1, 2, 4)
    assert nearest_line(lines, ("x", "y z", "missing")) == 2
    assert nearest_line(lines, ("nowhere",)) == 1
