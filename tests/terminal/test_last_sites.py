"""The site a person used last, also after a restart."""

from pathlib import Path

import pytest

from tests.scenarios.small_disk import small_disk
from vpterm.terminal.gateway.last_sites import LastSites


def test_a_person_comes_in_where_they_were_last(tmp_path: Path) -> None:
    path = tmp_path / "last-sites.json"
    sites = LastSites(path)
    assert sites.choose("vet.deux", ["lilas", "port"]) == "lilas"
    sites.note("vet.deux", "port")
    sites.note("vet.lilas", "lilas")
    again = LastSites(path)
    assert again.choose("vet.deux", ["lilas", "port"]) == "port"
    assert again.choose("vet.deux", ["lilas"]) == "lilas"  # no longer theirs
    assert again.choose("vet.deux", []) is None
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damaged", ["", "[]", "{", '"x"'])
def test_a_damaged_file_costs_the_memory_only(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "last-sites.json"
    path.write_text(damaged)
    sites = LastSites(path)
    assert sites.choose("vet.deux", ["lilas", "port"]) == "lilas"
    sites.note("vet.deux", "port")
    assert LastSites(path).choose("vet.deux", ["lilas", "port"]) == "port"


def test_a_folder_that_cannot_be_written_keeps_nobody_out(tmp_path: Path) -> None:
    sites = LastSites(tmp_path / "missing" / "last-sites.json")
    sites.note("vet.deux", "port")
    assert sites.choose("vet.deux", ["lilas", "port"]) == "port"


def test_a_full_disk_costs_the_memory_of_what_came_after_and_not_the_file() -> None:
    with small_disk(1) as disk:
        path = disk.folder / "last-sites.json"
        sites = LastSites(path)
        sites.note("vet.deux", "port")
        disk.fill()
        sites.note("vet.lilas", "lilas")
        assert sites.choose("vet.lilas", ["bocage", "lilas"]) == "lilas"
        assert LastSites(path).choose("vet.deux", ["lilas", "port"]) == "port"
        disk.make_room()
        sites.note("vet.port", "port")
        assert LastSites(path).choose("vet.lilas", ["bocage", "lilas"]) == "lilas"
