"""The doctor's sentences: of facts by hand, and of hosts that are there or not."""

import json
from dataclasses import replace

import pytest

from provisioning.doctor.findings import Grade, is_fit
from provisioning.doctor.rules import HostFacts, judge_host, judge_programs, judge_unreachable
from tests.provisioning.images import group_file
from tests.provisioning.test_command import LILAS, Desk, desk  # noqa: F401 - a fixture

FIT = HostFacts("alpha", "qemu:///system", (9, 0, 0), True, ("apparmor",), 8192, 2048, 120)


def grades(facts: HostFacts) -> dict[str, str]:
    return {each.check: each.grade for each in judge_host(facts) if each.grade != Grade.OK}


def test_a_fit_host_has_nothing_to_be_told() -> None:
    assert grades(FIT) == {}
    assert [each.sentence for each in judge_host(FIT)] == [
        "libvirt 9.0.0 answers",
        "a machine was started with KVM",
        "apparmor keeps each machine to its own files",
        "8192 MiB of memory are free",
        "120 GiB are free for images and disks",
    ]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (replace(FIT, libvirt=(8, 9, 0)), {"libvirt": "wrong"}),
        (replace(FIT, has_kvm=False), {"kvm": "careful"}),
        (replace(FIT, guards=()), {"guard": "careful"}),
        (replace(FIT, wanted_mib=8193), {"memory": "careful"}),
        (replace(FIT, storage_gib=None), {"storage": "careful"}),
        (replace(FIT, storage_gib=9), {"storage": "wrong"}),
    ],
)
def test_each_thing_that_is_not_well_is_told(facts: HostFacts, told: dict[str, str]) -> None:
    assert grades(facts) == told
    assert is_fit(judge_host(facts)) == ("wrong" not in told.values())


def test_what_is_not_wrong_says_no_advice_and_what_is_says_one() -> None:
    for facts in (FIT, replace(FIT, libvirt=(8, 9, 0), has_kvm=False, guards=(), wanted_mib=9999, storage_gib=1)):
        for each in judge_host(facts):
            assert bool(each.advice) == (each.grade != Grade.OK)
    assert "apt-get install" in judge_unreachable("alpha", "qemu:///system", "no such file").advice
    assert judge_programs(("mmdebstrap",)).grade == Grade.CAREFUL


def test_a_host_that_is_away_is_wrong_and_the_others_are_examined(desk: Desk) -> None:  # noqa: F811
    pytest.importorskip("libvirt", reason="libvirt-python: scripts/setup provisioning")
    file = group_file(desk.folder / "group.toml", desk.paper_host, lilas=LILAS)
    away = '[hosts.beta]\nuri = "qemu:///system?socket=/nowhere"\n[images.clinic]'
    file.write_text(file.read_text("utf-8").replace("[images.clinic]", away), "utf-8")
    code, out, _err = desk.type("doctor", "--json")
    assert code == 9
    told = {(each["host"], each["check"]): each["grade"] for each in json.loads(out)}
    assert told[("beta", "libvirt")] == "wrong"
    assert told[("alpha", "kvm")] == "careful"  # libvirt's host of paper starts no machine
    assert told[("alpha", "memory")] == "ok"
