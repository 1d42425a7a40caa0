"""Companies and clinics: who may open them, and with which numbers."""

from typing import Any

import pytest

from tests.world import Group
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.practice.sites.actions import open_billing_entity, open_site
from vpterm.practice.sites.queries import find_site, list_sites, my_site
from vpterm.practice.sites.rules import COLOURS, check_invoice_prefix, check_site_code

WELL_FORMED: dict[str, Any] = {
    "code": "gare", "name": "Clinique de la Gare", "siret": "73282932000090", "address": "1 place de la Gare",
    "postcode": "44000", "town": "Nantes", "phone": "+33240000001", "email": "", "colour": "blue",
    "invoice_prefix": "G",
}  # fmt: skip


async def test_a_site_is_opened_once_and_read_by_all(group: Group) -> None:
    first = (await find_site(group.management().database, code="lilas")).billing_entity_id
    await open_site(group.management(), billing_entity_id=first, **WELL_FORMED)
    rows = await list_sites(group.context("vet.bocage").database)
    assert [row.code for row in rows] == ["bocage", "gare", "lilas", "port"]
    assert rows[1].login == "vpterm_site_gare"
    for field, value in (("code", "gare"), ("siret", "73282932000074"), ("invoice_prefix", "L")):
        with pytest.raises(Refused) as refusal:
            await open_site(group.management(), billing_entity_id=first, **{**WELL_FORMED, field: value})
        assert refusal.value.field


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "La Gare"), ("siret", "73282932000091"), ("colour", "pink"), ("invoice_prefix", "GA"), ("code", "g")],
)
async def test_what_is_malformed_is_refused_by_its_field(group: Group, field: str, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        await open_site(group.management(), billing_entity_id=1, **{**WELL_FORMED, field: value})
    assert refusal.value.field == field


async def test_a_siren_is_checked_and_there_once(group: Group) -> None:
    company = {"name": "X", "legal_form": "SELARL", "vat_number": "FR1", "address": "", "postcode": "", "town": ""}
    for siren in ("732829321", "732829320"):
        with pytest.raises(Refused):
            await open_billing_entity(group.management(), siren=siren, **company)


async def test_a_site_opens_no_site(group: Group) -> None:
    with pytest.raises(NotAllowed):
        await open_site(group.context("vet.lilas"), billing_entity_id=1, **WELL_FORMED)


async def test_ones_own_site_and_an_unknown_one(group: Group) -> None:
    assert (await my_site(group.context("vet.port"))).name == "Clinique du Port"
    with pytest.raises(NotFound):
        await find_site(group.context("vet.port").database, code="nowhere")


def test_codes_prefixes_and_colours() -> None:
    assert check_site_code("lilas2") == "lilas2"
    assert check_invoice_prefix("L2") == "L2"
    for wrong in ("", "l", "LA", "LILAS"):
        with pytest.raises(Refused):
            check_invoice_prefix(wrong)
    assert len(COLOURS) == 6
