"""The reference of the database benches: the plainest SQL one would write by hand, with psycopg and nothing else.

The same rows come out, as tuples; no dataclasses, no rights, no correction of typing mistakes.
"""

from datetime import date
from typing import Any

from psycopg import AsyncConnection

from vpterm.kernel.dates import day_bounds
from vpterm.kernel.text import normalise

Rows = list[tuple[Any, ...]]
_HIT = """
SELECT c.id, c.title, c.last_name, c.first_name, c.town, c.alert,
  (SELECT number FROM client_phones p WHERE p.client_id = c.id ORDER BY position LIMIT 1),
  (SELECT json_agg(json_build_array(a.id, a.name, a.species_id, a.died_on)) FROM animals a WHERE a.client_id = c.id)
FROM clients c
"""
_NAME = f"""
({_HIT} WHERE name_key >= %(low)s AND name_key < %(high)s AND archived_at IS NULL ORDER BY name_key LIMIT 20)
UNION ALL
({_HIT} WHERE id IN (
  SELECT client_id FROM animals WHERE name_key >= %(low)s AND name_key < %(high)s ORDER BY name_key LIMIT 20
)) LIMIT 20
"""
_PAIR = f"""
({_HIT} WHERE name_key >= %(low)s AND name_key < %(high)s AND given_key >= %(low2)s AND given_key < %(high2)s
  AND archived_at IS NULL ORDER BY name_key LIMIT 20)
UNION ALL
({_HIT} WHERE id IN (
  SELECT client_id FROM animals WHERE name_key >= %(low)s AND name_key < %(high)s
    AND owner_key >= %(low2)s AND owner_key < %(high2)s LIMIT 20
)) LIMIT 20
"""
_PHONE = f"""
{_HIT} WHERE id IN (SELECT client_id FROM client_phones WHERE reversed >= %(low)s AND reversed < %(high)s LIMIT 20)
"""
_RESOURCES = """
SELECT r.id, r.name, r.kind, r.staff_id, r.position, r.closed, o.weekday, o.opens_at, o.closes_at
FROM resources r LEFT JOIN opening_hours o ON (o.site_id, o.resource_id) = (r.site_id, r.id)
WHERE r.site_id = %s ORDER BY r.position, o.weekday, o.opens_at
"""
_BOOKINGS = """
SELECT b.id, b.resource_id, r.name, b.span, b.reason_id, n.name, b.client_id, c.last_name, c.first_name,
  (SELECT number FROM client_phones p WHERE p.client_id = c.id ORDER BY position LIMIT 1),
  b.animal_id, a.name, s.name_fr, b.caller, b.note, v.id, v.state, w.first_name, w.last_name, b.created_at
FROM bookings b JOIN resources r ON (r.site_id, r.id) = (b.site_id, b.resource_id)
LEFT JOIN reasons n ON (n.site_id, n.id) = (b.site_id, b.reason_id)
LEFT JOIN clients c ON c.id = b.client_id LEFT JOIN animals a ON a.id = b.animal_id
LEFT JOIN species s ON s.id = a.species_id LEFT JOIN staff w ON w.id = b.created_by
LEFT JOIN visits v ON (v.site_id, v.booking_id) = (b.site_id, b.id)
WHERE b.site_id = %s AND lower(b.span) >= %s AND lower(b.span) < %s AND b.cancelled_at IS NULL ORDER BY lower(b.span)
"""
_ANIMAL = """
SELECT a.*, s.name_fr, c.title, c.last_name, c.first_name, c.town, c.alert,
  (SELECT number FROM client_phones p WHERE p.client_id = c.id ORDER BY position LIMIT 1)
FROM animals a JOIN species s ON s.id = a.species_id JOIN clients c ON c.id = a.client_id WHERE a.id = %s
"""
_WEIGHTS = """
SELECT id, weight_g, measured_at, created_site FROM animal_weights WHERE animal_id = %s AND removed_at IS NULL
ORDER BY measured_at
"""
_PROBLEMS = "SELECT id, label, since, closed_on FROM animal_problems WHERE animal_id = %s ORDER BY since"
_FAMILY = "SELECT id FROM animals WHERE client_id = %s ORDER BY name_key"
_TIMELINE = """
SELECT * FROM (
  SELECT e.kind, e.happened_at, e.site_id, e.author_id, e.summary, e.id AS entry_id, NULL::numeric AS quantity
  FROM record_entries e WHERE animal_id = %(animal)s
  UNION ALL SELECT p.kind, p.performed_at, p.site_id, p.practitioner_id, p.label, p.entry_id, p.quantity
  FROM performed_services p WHERE animal_id = %(animal)s AND removed_at IS NULL
  UNION ALL SELECT 'weight', measured_at, created_site, created_by, '', NULL, weight_g
  FROM animal_weights WHERE animal_id = %(animal)s AND removed_at IS NULL
) happened JOIN sites s ON s.id = happened.site_id JOIN staff w ON w.id = happened.author_id
ORDER BY happened_at DESC LIMIT 200
"""


class Plain:
    """The hand-written statements on one connection of a site's login."""

    def __init__(self, connection: AsyncConnection[tuple[Any, ...]], site_id: int) -> None:
        self._connection = connection
        self._site_id = site_id

    async def search(self, text: str) -> Rows:
        """By name, by two halves of names, or by the tail of a telephone."""
        if text.replace(" ", "").isdigit():
            tail = text.replace(" ", "")[::-1]
            return await self._rows(_PHONE, {"low": tail, "high": tail + "~"})
        first, _space, second = normalise(text).partition(" ")
        ranges = {"low": first, "high": first + "~", "low2": second, "high2": second + "~"}
        return await self._rows(_PAIR if second else _NAME, ranges)

    async def day(self, day: date) -> tuple[Rows, Rows]:
        """Resources with their hours, and the bookings of a day."""
        start, end = day_bounds(day)
        resources = await self._rows(_RESOURCES, (self._site_id,))
        return resources, await self._rows(_BOOKINGS, (self._site_id, start, end))

    async def record(self, animal_id: int) -> tuple[Rows, ...]:
        """An animal with its owner, weights, problems, kin and timeline: a statement each."""
        animal = await self._rows(_ANIMAL, (animal_id,))
        return (
            animal,
            await self._rows(_WEIGHTS, (animal_id,)),
            await self._rows(_PROBLEMS, (animal_id,)),
            await self._rows(_FAMILY, (animal[0][1],)),
            await self._rows(_TIMELINE, {"animal": animal_id}),
        )

    async def _rows(self, statement: str, parameters: Any) -> Rows:
        return await (await self._connection.execute(statement.encode(), parameters)).fetchall()
