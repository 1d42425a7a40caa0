"""What the management does with companies and clinics."""

from sqlalchemy import insert
from stdnum import exceptions as stdnum_exceptions
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.kernel.errors import ConstraintViolated, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.sites.rules import check_colour, check_invoice_prefix, check_site_code
from vpterm.practice.sites.tables import BillingEntity, Site


async def open_billing_entity(
    context: Context,
    *,
    name: str,
    legal_form: str,
    siren: str,
    vat_number: str,
    address: str,
    postcode: str,
    town: str,
) -> int:
    """Add a company; answers its id. Refused: a SIREN whose check digit is wrong, or that is already here."""
    siren = _checked(siren_number, siren, "siren")
    try:
        async with context.writing() as connection:
            statement = insert(BillingEntity).values(
                name=name, legal_form=legal_form, siren=siren, vat_number=vat_number.replace(" ", ""),
                address=address, postcode=postcode, town=town,
            )  # fmt: skip
            return (await connection.execute(statement.returning(BillingEntity.id))).scalar_one()
    except ConstraintViolated as failure:
        raise Refused(_("There is already a company with this SIREN."), field="siren") from failure


async def open_site(
    context: Context, *, code: str, name: str, billing_entity_id: int, siret: str, address: str, postcode: str,
    town: str, phone: str, email: str, colour: str, invoice_prefix: str,
) -> int:  # fmt: skip
    """Add a clinic; answers its id. Its login of the database is made apart, by the command line as the owner."""
    code, siret = check_site_code(code), _checked(siret_number, siret, "siret")
    try:
        async with context.writing() as connection:
            statement = insert(Site).values(
                code=code, name=name, login=roles.site_login(code), billing_entity_id=billing_entity_id, siret=siret,
                address=address, postcode=postcode, town=town, phone=phone, email=email,
                colour=check_colour(colour), invoice_prefix=check_invoice_prefix(invoice_prefix),
            )  # fmt: skip
            return (await connection.execute(statement.returning(Site.id))).scalar_one()
    except ConstraintViolated as failure:
        taken = {
            "uq_sites_code": "code",
            "uq_sites_siret": "siret",
            "uq_sites_invoice_prefix": "invoice_prefix",
        }
        field = taken.get(failure.constraint, "billing_entity_id")
        raise Refused(
            _("Another site has this already, or its company is unknown: {field}.").format(field=field),
            field=field,
        ) from failure


def _checked(number: object, text: str, field: str) -> str:
    try:
        valid: str = number.validate(text)  # type: ignore[attr-defined]  # stdnum modules share a shape, not a type
    except stdnum_exceptions.ValidationError as failure:
        raise Refused(
            _("“{text}” is no valid {field}.").format(text=text, field=field.upper()),
            _("Check the digits on the Kbis."),
            field=field,
        ) from failure
    return valid
