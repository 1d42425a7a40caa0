"""The section [door] of vpterm.toml: the numbers of a terminal server that an administrator may choose."""

from typing import Any

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _
from vpterm.terminal.settings import DoorSettings

# What each means is told by DoorSettings and docs/operations/limits.md.
CHOICES = (
    *("seats_per_person", "sessions", "sessions_per_worker", "connections", "connections_per_address"),
    *("input_rate", "input_burst", "worker_memory_mib", "worker_nice"),
    *("busy_limit_s", "heartbeat_limit_s", "drain_s", "drain_unseen_s"),
)


def chosen_limits(settings: dict[str, Any]) -> dict[str, Any]:
    """The numbers chosen in vpterm.toml, for DoorSettings. Raises VptermError for a name or a value that is none."""
    chosen = settings.get("door", {})
    if not isinstance(chosen, dict):
        raise VptermError(_("[door] in vpterm.toml is no section."))
    for name, value in chosen.items():
        default = getattr(DoorSettings, name) if name in CHOICES else None
        if default is None:
            raise VptermError(
                _("[door] in vpterm.toml has no “{name}”.").format(name=name),
                _("It knows: {names}.").format(names=", ".join(CHOICES)),
            )
        wanted = (int,) if type(default) is int else (int, float)
        if type(value) not in wanted or value < 0:
            raise VptermError(_("“{name}” in vpterm.toml must be a number from 0 on.").format(name=name))
    return dict(chosen)
