"""The names under which a group's things stand on a host. One group's never equal another's, nor an older version's."""


def machine_name(group: str, clinic: str) -> str:
    """Of libvirt's domain. Two groups on one host may both have a clinic "port"."""
    return f"{group}.{clinic}"


def pool_name(group: str) -> str:
    return f"vpterm.{group}"


def network_name(group: str, network: str) -> str:
    return f"{group}.{network}"


def image_name(template: str, version: str) -> str:
    return f"{template}-{version}"


def admin_port(door: int) -> int:
    """The administrators' door (OpenSSH of the machine), on the host's loopback only. Doors end below 30000."""
    return door + 30_000
