"""What images are made of: the first file system, templates, versions by content, the store."""

import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from provisioning.errors import FileWrong, NotThere
from provisioning.images.building import version_of
from provisioning.images.cpio import DEVICE, FOLDER, Entry, archive
from provisioning.images.initrd import WANTED, in_loading_order, make_initrd
from provisioning.images.program import build_wheel, without
from provisioning.images.store import ImageStore, damaged_parts
from provisioning.images.templates import hash_of, read_template
from tests.provisioning.images import halting_image

TEMPLATES = Path(__file__).parents[2] / "vm-templates"
BUSYBOX = b"\x7fELF busybox, let us say"
DEPENDENCIES = """\
kernel/drivers/virtio/virtio_ring.ko:
kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
kernel/drivers/net/never.ko:
"""


@pytest.mark.skipif(not shutil.which("cpio"), reason="cpio: scripts/setup provisioning")
def test_cpio_itself_unpacks_our_archive(tmp_path: Path) -> None:
    made = archive([Entry("d", FOLDER), Entry("d/odd", content=b"12345"), Entry("d/none")])
    subprocess.run(["cpio", "--extract", "--quiet"], input=made, cwd=tmp_path, check=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "d").iterdir()} == {"odd": b"12345", "none": b""}


def test_an_archive_is_the_same_for_the_same_entries() -> None:
    entries = [Entry("dev", FOLDER), Entry("dev/console", DEVICE, device=(5, 1))]
    assert archive(entries) == archive(entries)
    assert len(archive(entries)) % 4 == 0


def test_modules_come_after_what_they_need_and_once() -> None:
    assert [Path(each).name for each in in_loading_order(DEPENDENCIES, WANTED)] == [
        "virtio_ring.ko",
        "virtio.ko",
        "virtio_pci.ko",
        "virtio_blk.ko",
    ]


def test_the_first_file_system_holds_what_it_loads(tmp_path: Path) -> None:
    modules = tmp_path / "usr/lib/modules/6.1.0-cloud"
    for line in DEPENDENCIES.splitlines():
        path = modules / line.partition(":")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode())
    (modules / "modules.dep").write_text(DEPENDENCIES, "utf-8")
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/busybox").write_bytes(BUSYBOX)
    made = make_initrd(tmp_path, "6.1.0-cloud")
    assert BUSYBOX in made
    assert b"for module in virtio_ring.ko virtio.ko virtio_pci.ko virtio_blk.ko; do" in made
    assert b"never.ko" not in made


def test_the_templates_of_the_project_are_read() -> None:
    clinic = read_template(TEMPLATES, "clinic")
    assert clinic.program
    assert {"openssh-server", "python3", "systemd"} <= set(clinic.packages)
    assert "vpterm-network.service" in clinic.enable
    assert [layer.parent.name for layer in clinic.layers] == ["machine", "clinic"]
    for folder in TEMPLATES.iterdir():
        assert folder.is_file() or (folder / "README.md").exists()


def test_what_a_template_may_not_say_is_told_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "t")
    (tmp_path / "t/clinic/template.toml").write_text('packages = []\n\nport = 22\nprogram = "yes"\n', "utf-8")
    with pytest.raises(FileWrong) as caught:
        read_template(tmp_path / "t", "clinic")
    assert [(each.line, each.key) for each in caught.value.complaints] == [(3, "port"), (4, "program")]
    for name in ("clinique", "machine"):
        with pytest.raises(NotThere):
            read_template(tmp_path / "t", name)


def test_a_version_is_its_content(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "t")
    before = hash_of(read_template(tmp_path / "t", "clinic"))
    assert before == hash_of(read_template(TEMPLATES, "clinic"))
    unit = tmp_path / "t/machine/files/etc/systemd/system/vpterm-network.service"
    unit.write_text(unit.read_text("utf-8") + "\n", "utf-8")
    assert hash_of(read_template(tmp_path / "t", "clinic")) != before
    assert version_of({"a": "1", "b": "2"}) == version_of({"b": "2", "a": "1"}) != version_of({"a": "2", "b": "1"})


def test_one_requirement_is_left_out_whole() -> None:
    locked = "# made by\na==1 \\\n    --hash=sha256:1\n    # via x\nb==2 ; x \\\n    --hash=sha256:2\nbc==3\n"
    assert without(locked, "b") == "# made by\na==1 \\\n    --hash=sha256:1\n    # via x\nbc==3\n"


@pytest.mark.skipif(not shutil.which("qemu-img"), reason="qemu-img: scripts/setup provisioning")
def test_the_store_knows_whole_images_and_damaged_ones(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    first, second = halting_image(store, "aaaaaaaaaaaa"), halting_image(store, "bbbbbbbbbbbb")
    (tmp_path / "clinic-cccccccccccc").mkdir()  # interrupted: no manifest
    assert {each.name for each in store.all()} == {first.name, second.name}
    assert damaged_parts(first) == []
    first.path("kernel").write_bytes(b"?")
    second.path("image").unlink()
    assert (damaged_parts(first), damaged_parts(second)) == (["kernel"], ["image"])
    with pytest.raises(NotThere):
        store.find("clinic-cccccccccccc")


def test_the_wheel_has_the_program_and_nothing_is_left_in_the_checkout(tmp_path: Path) -> None:
    checkout = TEMPLATES.parent
    before = {path.name for path in checkout.iterdir()}
    with ZipFile(build_wheel(checkout, tmp_path)) as wheel:
        assert {"vpterm/cli/main.py", "vpterm/kernel/locales/fr/shell.po"} <= set(wheel.namelist())
    assert {path.name for path in checkout.iterdir()} == before
