"""Which column of a file means what: a small TOML file written once for each program that exports."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from vpterm.exchange.tables_of_text import TextTable
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise

CLIENT_FIELDS = {
    "id", "last_name", "first_name", "title", "phones", "address", "postcode", "town", "email", "alert", "note",
}  # fmt: skip
ANIMAL_FIELDS = {
    "id", "name", "species", "breed", "sex", "sterilised", "birth_date", "coat", "identification", "insurance",
    "alert", "note", "died_on",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The columns of the file for each of our fields; several are put together, telephones stay apart.

    species: words of the file (normalised) -> code of the library, beside the names that the library has itself.
    """

    source: str
    client: Mapping[str, tuple[str, ...]]
    animal: Mapping[str, tuple[str, ...]]
    species: Mapping[str, str]


def read_mapping(text: str) -> ColumnMapping:
    """A mapping from TOML. Refused with what is wrong in it."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        raise Refused(_("The mapping cannot be read: {reason}").format(reason=failure)) from failure
    source = values.get("source")
    if not isinstance(source, str) or not normalise(source):
        raise Refused(_("The mapping names no source."), _('Write for instance: source = "old program"'))
    client, animal = _section(values, "client", CLIENT_FIELDS), _section(values, "animal", ANIMAL_FIELDS)
    if "last_name" not in client:
        raise Refused(_("The mapping does not say in which column the clients' last names are."))
    if animal and not {"name", "species"} <= set(animal):
        raise Refused(_("The mapping does not say in which columns the animals' names and species are."))
    species = {normalise(word): str(code) for word, code in dict(values.get("species", {})).items()}
    return ColumnMapping(normalise(source), client, animal, species)


def load_mapping(path: Path) -> ColumnMapping:
    """The mapping in a file."""
    try:
        return read_mapping(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as failure:
        raise NotFound(_("The mapping {path} cannot be read.").format(path=path)) from failure


def sample_names() -> list[str]:
    """The mappings that come with the product."""
    folder = resources.files("vpterm.exchange") / "samples"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def sample_mapping(name: str) -> str:
    """The text of a mapping that comes with the product, to be used or to begin from. NotFound."""
    if name not in sample_names():
        raise NotFound(_("There is no sample “{name}”.").format(name=name), ", ".join(sample_names()))
    return (resources.files("vpterm.exchange") / "samples" / f"{name}.toml").read_text("utf-8")


def check_columns(mapping: ColumnMapping, table: TextTable) -> None:
    """Refused, naming the columns that the file does not have: better than importing half of each line."""
    there = {normalise(column) for column in table.columns}
    wanted = [
        column for section in (mapping.client, mapping.animal) for columns in section.values() for column in columns
    ]
    missing = [column for column in wanted if normalise(column) not in there]
    if missing:
        raise Refused(
            _("The file has no column {columns}.").format(columns=", ".join(missing)),
            _("Its columns are: {columns}.").format(columns=", ".join(table.columns)),
        )


def _section(values: dict[str, Any], name: str, known: set[str]) -> dict[str, tuple[str, ...]]:
    section = values.get(name, {})
    if not isinstance(section, dict):
        raise Refused(_("“{name}” is a section of the mapping: [{name}].").format(name=name))
    unknown = sorted(set(section) - known)
    if unknown:
        raise Refused(
            _("The mapping has unknown fields: {fields}.").format(fields=", ".join(unknown)), ", ".join(sorted(known))
        )
    return {
        field: tuple(str(column) for column in (columns if isinstance(columns, list) else [columns]))
        for field, columns in section.items()
    }
