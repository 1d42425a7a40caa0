"""What the management does with prices."""

import csv
from decimal import Decimal
from importlib import resources

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.fees.rules import check_code, check_kind, check_label, check_price, check_vat
from vpterm.practice.fees.tables import Fee, SiteFee


async def set_fee(
    context: Context, *, code: str, label: str, price: Money | str, kind: str = "service", section: str = "",
    vat_percent: Decimal | int | str = 20, sterilises: bool = False, ends_life: bool = False, withdrawn: bool = False,
) -> int:  # fmt: skip
    """Add a fee to the group's base, or change the one with this code; answers its id. By the management's login.

    `price` includes VAT. Refused: no code, label, kind, price or rate; the field is named.
    """
    context.require("fees.edit")
    values = {
        "code": check_code(code), "label": check_label(label), "price": check_price(price),
        "kind": check_kind(kind), "section": section.strip(), "vat_percent": check_vat(vat_percent),
        "sterilises": sterilises, "ends_life": ends_life, "withdrawn": withdrawn,
    }  # fmt: skip
    statement = insert(Fee).values(values)
    async with context.writing() as connection:
        changed = statement.on_conflict_do_update(index_elements=[Fee.code], set_=values)
        return (await connection.execute(changed.returning(Fee.id))).scalar_one()


async def set_site_fee(
    context: Context, *, code: str, price: Money | str, label: str | None = None, kind: str | None = None,
    section: str | None = None, vat_percent: Decimal | int | str | None = None, sterilises: bool | None = None,
    ends_life: bool | None = None, withdrawn: bool = False,
) -> int:  # fmt: skip
    """Give a fee this site's own price; what is None stays as in the base. Answers the id of the site's fee.

    Refused when the group shares one schedule; under override, a code that the base does not have;
    under separate schedules, a service without a label.
    """
    context.require("fees.edit")
    values = {
        "code": check_code(code), "price": check_price(price), "label": check_label(label) if label else None,
        "kind": check_kind(kind) if kind else None, "section": section,
        "vat_percent": None if vat_percent is None else check_vat(vat_percent),
        "sterilises": sterilises, "ends_life": ends_life, "withdrawn": withdrawn,
    }  # fmt: skip
    async with context.writing() as connection:
        fee_id = await _check_choice(connection, str(values["code"]), has_label=bool(label))
        statement = insert(SiteFee).values(site_id=context.site_id, fee_id=fee_id, **values)
        changed = statement.on_conflict_do_update(index_elements=[SiteFee.site_id, SiteFee.code], set_=values)
        return (await connection.execute(changed.returning(SiteFee.id))).scalar_one()


async def _check_choice(connection: AsyncConnection, code: str, *, has_label: bool) -> int | None:
    """The id of the base's fee with this code; Refused when the group's choice forbids a price of the site's own."""
    choice = (await connection.execute(select(func.sharing_choice("fees")))).scalar_one()
    fee_id = (await connection.execute(select(Fee.id).where(Fee.code == code))).scalar_one_or_none()
    if choice == "shared":
        raise Refused(
            _("The group shares one fee schedule: a site has no prices of its own."),
            _("Change the price in the base, or the choice in the sharing matrix."),
        )
    if fee_id is None and choice == "override":
        raise Refused(
            _("The base has no fee “{code}”.").format(code=code), _("Add it to the base first."), field="code"
        )
    if fee_id is None and not has_label:
        raise Refused(_("A fee needs a label."), field="label")
    return fee_id


async def load_base_fees(context: Context) -> int:
    """Fill the group's base from base.csv (prices of 2026, including VAT), in one transaction; answers how many.

    A code that is there already keeps its label and price: loading again changes nothing.
    """
    context.require("fees.edit")
    text = (resources.files("vpterm.practice.fees") / "base.csv").read_text("utf-8")
    rows = [
        {
            "code": check_code(row["code"]), "label": check_label(row["label"]), "kind": check_kind(row["kind"]),
            "section": row["section"], "price": check_price(row["price"]),
            "vat_percent": check_vat(row["vat_percent"]), "sterilises": row["effect"] == "sterilises",
            "ends_life": row["effect"] == "ends_life",
        }
        for row in csv.DictReader(text.splitlines(), delimiter=";")
    ]  # fmt: skip
    async with context.writing() as connection:
        statement = insert(Fee).on_conflict_do_nothing(index_elements=[Fee.code])
        await connection.execute(statement, rows)
    return len(rows)
