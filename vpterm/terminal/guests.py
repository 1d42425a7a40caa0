"""What a worker is told of a guest: support at a terminal that shows somebody else's session. Both ends import this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Guest:
    """Who looks in, at whose session (`where`), what was granted. `seconds` are left from the moment of sending.

    `points` and `types` are what was granted; `has_keyboard` is who has it now.
    """

    name: str
    where: str
    points: bool = False
    types: bool = False
    sees_private: bool = False
    has_keyboard: bool = False
    seconds: int = 0

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Guest | None:
        """From `to_json`; nothing for the empty value of a terminal that is no guest. ValueError for anything else."""
        if not values:
            return None
        kinds = {field.name: {"str": str, "bool": bool, "int": int}[str(field.type)] for field in fields(cls)}
        if set(values) != set(kinds) or any(type(values[name]) is not kind for name, kind in kinds.items()):
            raise ValueError(f"this is no guest: {sorted(values)}")
        return cls(**values)
