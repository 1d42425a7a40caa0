"""The lines above an animal's timeline: who it is, what to beware of, its owner, its weight. Texts only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from vpterm.kernel.dates import age_text, format_date_short, format_month, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_identification, format_phone
from vpterm.kernel.money import Money, format_money
from vpterm.kernel.quantities import format_decimal, format_weight
from vpterm.kernel.text import fit
from vpterm.practice.animals.queries import AnimalSheet, WeightRow
from vpterm.practice.billing.queries import Balance
from vpterm.screens.privacy import owner, private
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.section import sparkline

Pieces = list[tuple[str, Role]]
SHORT_SEX = {
    ("M", False): N_("M"), ("M", True): N_("M neutered"), ("F", False): N_("F"), ("F", True): N_("F spayed"),
    ("", True): N_("neutered"),
}  # fmt: skip
LONGEST_BREED = 22
CURVE = 16


def facts(sheet: AnimalSheet, today: date) -> str:
    """ "chien · Border collie · F stérilisée · 6 ans 4 mois"."""
    sex = SHORT_SEX.get((sheet.sex, sheet.sterilised), "")
    if sheet.died_on is not None:
        age = f"† {format_date_short(sheet.died_on)}"
    else:
        age = age_text(sheet.birth_date, today) if sheet.birth_date else ""
    parts = (sheet.species, fit(sheet.breed, LONGEST_BREED), _(sex) if sex else "", age)
    return " · ".join(part for part in parts if part)


def warnings(sheet: AnimalSheet) -> str:
    """What everybody must see: the animal's alert, then the owner's; "" for none."""
    lines = []
    if sheet.died_on is not None:
        lines.append(_("! Died on {day}.").format(day=format_date_short(sheet.died_on)))
    if sheet.alert:
        lines.append(f"! {sheet.alert}")
    if sheet.owner_alert:
        lines.append(_("! Owner: {alert}").format(alert=sheet.owner_alert))
    return private("\n".join(lines)) if sheet.owner_alert else "\n".join(lines)


def owner_pieces(sheet: AnimalSheet, balance: Balance) -> Pieces:
    """Owner and telephone at the left, what they owe at the right."""
    return [*_reach(sheet), (private(sheet.owner_town), "quiet"), ("", "text"), *owed_pieces(balance)]


def narrow_owner_pieces(sheet: AnimalSheet) -> Pieces:
    """On a telephone the number is never cut; what they owe has a line of its own (`owed_pieces`)."""
    name, phone = _reach(sheet)
    return [name, ("", "text"), phone]


def _reach(sheet: AnimalSheet) -> Pieces:
    phone = format_phone(sheet.owner_phone) if sheet.owner_phone else _("no telephone")
    name = f"{sheet.owner} {sheet.owner_first_name}".strip()
    return [
        (owner(f"{fit(name, 30)}  "), "text"),
        (private(f"{phone}  "), "strong" if sheet.owner_phone else "quiet"),
    ]


def owed_pieces(balance: Balance) -> Pieces:
    """What the owner owes here and elsewhere; nothing where that is nothing."""
    pieces: Pieces = []
    if balance.here > Money.zero():
        pieces.append((_("! owes {amount}").format(amount=format_money(balance.here)), "danger"))
    elif balance.here < Money.zero():
        pieces.append((_("in credit {amount}").format(amount=format_money(-balance.here)), "text"))
    elsewhere = sum((other.amount for other in balance.elsewhere), Money.zero())
    if elsewhere > Money.zero():
        pieces.append((_("  elsewhere {amount}").format(amount=format_money(elsewhere)), "waiting"))
    return pieces


def weight_pieces(sheet: AnimalSheet, bars: str) -> Pieces:
    """The last weight, the curve, the change; the identification and insurance at the right, never cut."""
    left: Pieces = [(_("no weight yet"), "quiet")]
    if sheet.weights:
        grams = [weight.weight_g for weight in sheet.weights]
        left = [(format_weight(grams[-1]), "strong"), (f"  {sparkline(grams, bars, CURVE)}", "text")]
        left.append((f"  {change_text(sheet.weights)}", "quiet"))
    number = format_identification(sheet.identification) if sheet.identification else _("not identified")
    right: Pieces = [(number, "text" if sheet.identification else "waiting")]
    if sheet.insurance:
        right.append((_("  ins. {number}").format(number=fit(sheet.insurance, 14)), "quiet"))
    return [*left, ("", "text"), *right]


def change_text(weights: tuple[WeightRow, ...]) -> str:
    """ "+0,3 kg since June 2026": against the last weight that is at least three months older, or else the first."""
    last = weights[-1]
    older = [one for one in weights if (last.measured_at - one.measured_at).days >= 90]
    before = older[-1] if older else weights[0]
    if before is last:
        return format_date_short(paris_day(last.measured_at))
    change = last.weight_g - before.weight_g
    sign = "+" if change > 0 else "-" if change < 0 else "="
    # In the unit of the weight itself: "+0,3 kg" beside "18,4 kg".
    kilograms = f"{format_decimal(Decimal(abs(change)) / 1000)} kg"
    amount = f"{sign}{kilograms if last.weight_g >= 1000 else format_weight(abs(change))}" if change else sign
    return _("{change} since {month}").format(change=amount, month=format_month(paris_day(before.measured_at)))


def problem_pieces(sheet: AnimalSheet) -> Pieces:
    """The open problems on one line; what to do where there is none."""
    open_ones = [problem.label for problem in sheet.problems if problem.closed_on is None]
    title: Pieces = [(_("Problems").upper() + "  ", "heading")]
    if open_ones:
        return [*title, (" · ".join(open_ones), "waiting")]
    return [*title, (_("none noted"), "quiet")]
