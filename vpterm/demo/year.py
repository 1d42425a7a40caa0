"""The year that lies behind the demo: consultations, invoices, payments, closings, day by day at one site."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from vpterm.demo.at_work import Site, settle_bill, treat
from vpterm.demo.patients import Patient, choose_case, choose_patient
from vpterm.kernel.dates import at_time
from vpterm.kernel.money import Money
from vpterm.practice.till.closings import close_day

LAST_DAYS = 3  # before today: these are lived with their agenda, by demo/morning.py
WORKING_DAYS = 75  # of the year on which one of the demo's clients comes
VISITOR_SHARE = 0.06  # of the animals come from another site of the group
UNPAID_SHARE = 0.05
FLOAT_MISTAKE_SHARE = 0.06  # of the days the drawer holds a little less than expected


async def live_year(site: Site, visitors: Sequence[Patient]) -> int:
    """All consultations of the past year at this site, in their order; answers how many there were."""
    done = 0
    for day, count in _working_days(site.chance, site.today, site.clinic.consultations):
        cash = Money.zero()
        moments = sorted(_moments(site.chance, day, count))
        for moment in moments:
            cash += await _consult(site, visitors, moment)
            done += 1
        missing = Money("0.50") if site.chance.random() < FLOAT_MISTAKE_SHARE and cash > Money("1") else Money.zero()
        evening = site.desk(at_time(day, time(18, 50)))
        await close_day(evening, day=day, cash_counted=cash - missing)
    return done


async def _consult(site: Site, visitors: Sequence[Patient], moment: datetime) -> Money:
    among = visitors if visitors and site.chance.random() < VISITOR_SHARE else site.patients
    day = moment.date()
    for _try in range(20):
        patient = choose_patient(site.chance, among, day)
        case = choose_case(site.chance, patient, day) if patient else None
        if patient and case:
            await treat(site, patient, case, site.some_vet(), moment)
            paid = site.chance.random() > UNPAID_SHARE * (3 if patient.is_herd else 1)
            return await settle_bill(site, patient, moment + timedelta(minutes=25), paid=paid)
    return Money.zero()


def _working_days(chance: Random, today: date, consultations: int) -> Iterator[tuple[date, int]]:
    """Days of the past year but Sundays and the last ones, in order, each with how many of the demo's animals come."""
    open_days = [day for ahead in range(LAST_DAYS + 1, 366) if (day := today - timedelta(days=ahead)).isoweekday() != 7]
    days = sorted(chance.sample(open_days, WORKING_DAYS))
    counts = [consultations // WORKING_DAYS] * WORKING_DAYS
    for place in chance.sample(range(WORKING_DAYS), consultations % WORKING_DAYS):
        counts[place] += 1
    return iter(zip(days, counts, strict=True))


def _moments(chance: Random, day: date, count: int) -> Iterator[datetime]:
    for _one in range(count):
        yield at_time(day, time(chance.choice((9, 9, 10, 10, 11, 14, 15, 16, 17)), chance.choice((0, 10, 20, 30, 40))))
