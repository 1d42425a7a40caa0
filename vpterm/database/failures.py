"""The border of the database: a driver's exception becomes one of ours, with words for the person at the desk."""

from psycopg import Error, InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError

from vpterm.kernel.errors import (
    Conflict,
    ConstraintViolated,
    NotAllowed,
    Refused,
    Unavailable,
    VptermError,
)
from vpterm.kernel.i18n import _

CONSTRAINTS = {"23503", "23505", "23514", "23P01"}  # foreign key, unique, check, exclusion
CONFLICTS = {"40001", "40P01", "55P03"}  # serialisation, deadlock, lock not available
FULL = {"53100", "53200", "53300"}  # disk, memory, connections


def translated(failure: Exception) -> VptermError:
    """Our error for a failure of SQLAlchemy or psycopg. The original goes along as its cause."""
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    if not isinstance(cause, Error):
        return _unavailable()
    state = cause.sqlstate
    if state in CONSTRAINTS:
        return ConstraintViolated(cause.diag.constraint_name or "")
    if state in CONFLICTS:
        return Conflict(_("Somebody else is changing this at the same moment."), _("Try again."))
    if state == "42501":
        return NotAllowed(_("The database does not allow this from here."), _("Ask the administrator."))
    if state in {"VP001", "VP002"}:
        return NotAllowed(_("The database refused a change without a member of staff of this site."))
    if state == "VP003":
        return Refused(_("What is issued or entered in a register never changes."), _("Correct it by a new entry."))
    if state in FULL:
        return Unavailable(_("The server has no room left."), _("Your text is kept. Call the administrator."))
    if state == "57014":
        return Unavailable(_("The database took too long."), _("Your text is kept. Try again."))
    if state is None or state[:2] in {"08", "57"} or isinstance(cause, InterfaceError | OperationalError):
        return _unavailable()
    return Refused(_("The database refused these values."), _("Check the fields; your text is kept."))


def _unavailable() -> Unavailable:
    return Unavailable(
        _("The database does not answer."),
        _("Your text is kept. Try again in a moment; if it lasts, call the administrator."),
    )
