"""What an import did, line by line, for people to read and to mend their file from."""

from dataclasses import dataclass, field

from vpterm.kernel.i18n import _, ngettext
from vpterm.kernel.text import plain


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What was not taken: the line of the file, its column and value, and why.

    refused: nothing of this client or animal came in; else it did, without this value.
    """

    line: int
    column: str
    value: str
    reason: str
    refused: bool

    def __str__(self) -> str:
        value = _(" “{value}”").format(value=plain(self.value)[:60]) if self.value else ""
        what = _("refused") if self.refused else _("left out")
        return _("line {line}: {what}: {column}{value}: {reason}").format(
            line=self.line, what=what, column=self.column, value=value, reason=self.reason
        )


@dataclass(slots=True)
class ImportReport:
    """Counts and lines of an import. `stopped` says why it ended early, "" when it did not."""

    rows: int = 0
    clients_added: int = 0
    clients_known: int = 0
    animals_added: int = 0
    animals_known: int = 0
    lines: list[ReportLine] = field(default_factory=list)
    stopped: str = ""

    @property
    def refused(self) -> int:
        """How many clients or animals did not come in."""
        return sum(line.refused for line in self.lines)

    def summary(self) -> str:
        """A few lines in the language of the session."""
        added = _("Added: {clients} clients, {animals} animals.").format(
            clients=self.clients_added, animals=self.animals_added
        )
        known = _("Already there: {clients} clients, {animals} animals.").format(
            clients=self.clients_known, animals=self.animals_known
        )
        left_out = len(self.lines) - self.refused
        told = [
            ngettext("{n} line read.", "{n} lines read.", self.rows).format(n=self.rows),
            added,
            known,
            ngettext("{n} refused", "{n} refused", self.refused).format(n=self.refused)
            + ", "
            + ngettext("{n} value left out.", "{n} values left out.", left_out).format(n=left_out),
        ]
        if self.stopped:
            told.append(_("Stopped before the end: {reason} Run it again: it goes on.").format(reason=self.stopped))
        return "\n".join(told)
