"""Seeds, read by systemd's own program, and keys, read by OpenSSH's."""

import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provisioning.keyring import Keyring
from provisioning.seed.credential import LARGEST_BYTES, SeedFile, render_seed
from provisioning.seed.identity import KeyPair, known_hosts, seed_of
from tests.provisioning.documents import SHAPE

needs_tmpfiles = pytest.mark.skipif(not shutil.which("systemd-tmpfiles"), reason="systemd-tmpfiles: Debian's systemd")


def written(seed: bytes, root: Path) -> dict[str, tuple[int, bytes]]:
    """What systemd writes of a seed below a folder."""
    given = root / "seed.conf"
    given.write_bytes(seed)
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={root}", str(given)], check=True, capture_output=True)
    given.unlink()
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for path in found}


@needs_tmpfiles
def test_systemd_writes_every_file_of_a_seed_byte_by_byte(tmp_path: Path) -> None:
    for folder in ("etc", "root"):
        (tmp_path / folder).mkdir()
    odd = bytes(range(256)) * 20
    seed = render_seed((SeedFile("/etc/one", odd, 0o600), SeedFile("/root/.ssh/authorized_keys", b"key\n", 0o600)))
    assert written(seed, tmp_path) == {"etc/one": (0o600, odd), "root/.ssh/authorized_keys": (0o600, b"key\n")}
    assert stat.S_IMODE((tmp_path / "root/.ssh").stat().st_mode) == 0o700


@needs_tmpfiles
def test_a_new_seed_takes_the_place_of_what_an_old_one_wrote(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for content in (b"first, and longer", b"second"):
        assert written(render_seed((SeedFile("/etc/one", content),)), tmp_path)["etc/one"] == (0o644, content)


@needs_tmpfiles
def test_the_identity_of_a_machine(tmp_path: Path) -> None:
    for folder in ("etc/ssh", "root"):
        (tmp_path / folder).mkdir(parents=True)
    files = written(seed_of(SHAPE, KeyPair(b"private", "ssh-ed25519 AAAA"), "ssh-ed25519 BBBB"), tmp_path)
    assert files == {
        "etc/ssh/ssh_host_ed25519_key": (0o600, b"private"),
        "etc/ssh/ssh_host_ed25519_key.pub": (0o644, b"ssh-ed25519 AAAA\n"),
        "etc/vpterm-machine": (0o644, b"SITE=lilas\nTEMPLATE=clinic\n"),
        "root/.ssh/authorized_keys": (0o600, b"ssh-ed25519 BBBB\n"),
    }


@pytest.mark.parametrize("path", ["etc/one", "/etc/a b", "/etc/%H", "/etc/a\nb"])
def test_a_path_that_could_mean_something_else_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        render_seed((SeedFile(path, b""),))


def test_a_seed_has_a_size_that_systemd_takes() -> None:
    with pytest.raises(ValueError, match="the most"):
        render_seed((SeedFile("/etc/one", b"x" * LARGEST_BYTES),))


def test_keys_are_openssh_s_and_stay(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys")
    pair = keyring.host_key("durand.lilas")
    path = keyring.private_path("durand.lilas")
    read = subprocess.run(["ssh-keygen", "-y", "-f", path], check=True, capture_output=True, text=True).stdout
    assert read.split()[:2] == pair.public.split()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring(tmp_path / "keys").host_key("durand.lilas") == pair
    assert keyring.host_key("durand.port") != pair
    keyring.forget("durand.lilas")
    assert keyring.host_key("durand.lilas") != pair


def test_two_makers_of_one_key_end_with_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        pairs = list(pool.map(lambda _: Keyring(tmp_path / "keys").host_key("durand.lilas"), range(40)))
    assert len(set(pairs)) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["durand.lilas.ed25519"]


def test_known_hosts_names_machines_and_openssh_finds_them(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys")
    keyring.host_key("durand.lilas")
    keyring.pin(["durand.lilas", "durand.never-made"])
    asked = ["ssh-keygen", "-F", "durand.lilas", "-f", str(keyring.known_hosts)]
    found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    assert keyring.host_key("durand.lilas").public in found
    assert keyring.known_hosts.read_text("utf-8").count("\n") == 1
    assert known_hosts({"b": "k2", "a": "k1"}) == "a k1\nb k2\n"
