"""The errors people see: what happened, and what to do about it.

Messages and advice are already in the reader's language. Drivers' exceptions stop at the border of database/.
"""

# ruff: noqa: N818  (they are named for what happened: "Refused" reads better at every raise)


class VptermError(Exception):
    """Root of all our errors: `message` says what happened, `advice` what to do ("" for nothing)."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return self.message


class Refused(VptermError):
    """A rule says no, or the input cannot be read. `field` names the form field in question."""

    def __init__(self, message: str, advice: str = "", field: str | None = None) -> None:
        super().__init__(message, advice)
        self.field = field


class NotAllowed(VptermError):
    """The person does not hold the right."""


class NotFound(VptermError):
    """What was asked for is not there, or is not visible from this site."""


class Conflict(VptermError):
    """Somebody else changed it meanwhile, or the place is taken."""


class Unavailable(VptermError):
    """The database cannot be reached now; nothing was written."""


class ConstraintViolated(VptermError):
    """A constraint of the database said no. Internal to practice/: actions translate it by its name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
