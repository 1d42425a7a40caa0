"""What a machine's seed holds: its host key, the administrators' key, its site."""

from dataclasses import dataclass

from provisioning.plan.world import Shape
from provisioning.seed.credential import SeedFile, render_seed


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An Ed25519 pair in OpenSSH's formats; `public` is one line without a comment."""

    private: bytes
    public: str


def seed_of(shape: Shape, host_key: KeyPair, administrators: str) -> bytes:
    """The seed of a machine. `administrators` is the public key that opens root's door in it."""
    return render_seed(
        (
            SeedFile("/etc/ssh/ssh_host_ed25519_key", host_key.private, 0o600),
            SeedFile("/etc/ssh/ssh_host_ed25519_key.pub", f"{host_key.public}\n".encode()),
            SeedFile("/root/.ssh/authorized_keys", f"{administrators}\n".encode(), 0o600),
            SeedFile("/etc/vpterm-machine", f"SITE={shape.site}\nTEMPLATE={shape.template}\n".encode()),
        )
    )


def known_hosts(keys: dict[str, str]) -> str:
    """A known_hosts of machines by name: `ssh -o HostKeyAlias=durand.lilas`. Ports and hosts change, names do not."""
    return "".join(f"{name} {public}\n" for name, public in sorted(keys.items()))
