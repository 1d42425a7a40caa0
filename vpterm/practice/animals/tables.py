"""Tables of animals. In common to all sites; the libraries belong to the group."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import Common, GroupOnly
from vpterm.database.tables import Attributed, Numbered, Table


class Species(Numbered, Attributed, Table):
    """A species, with its name in both languages."""

    __tablename__ = "species"
    __sharing__ = GroupOnly()

    code: Mapped[str] = mapped_column(unique=True)
    name_fr: Mapped[str]
    name_en: Mapped[str]
    food_producing: Mapped[bool] = mapped_column(server_default="false")


class Breed(Numbered, Attributed, Table):
    """A breed of a species."""

    __tablename__ = "breeds"
    __sharing__ = GroupOnly()
    __table_args__ = (Index("uq_breeds", "species_id", "name", unique=True),)

    species_id: Mapped[int] = mapped_column(ForeignKey("species.id"))
    name: Mapped[str]


class Animal(Numbered, Attributed, Table):
    """A patient. One identification, one animal, in the whole group."""

    __tablename__ = "animals"
    __sharing__ = Common(audited=True)
    __table_args__ = (
        CheckConstraint("sex IN ('M', 'F', '')", name="sex"),
        Index("ix_animals_client_id", "client_id"),
        CheckConstraint("birth_precision IN ('day', 'month', 'year')", name="birth_precision"),
        Index("ix_animals_name_key", "name_key", "owner_key"),
        # "rex dub": both halves are prefixes, so the owner is met by the first three letters.
        Index("ix_animals_owner_head", text("left(owner_key, 3)"), "name_key", "owner_key"),
        Index("uq_animals_identification", "identification", unique=True),
        # Numbers are read out from their end.
        Index("ix_animals_identification_reversed", text('reverse(identification) COLLATE "C"')),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str]
    species_id: Mapped[int] = mapped_column(ForeignKey("species.id"))
    breed: Mapped[str] = mapped_column(server_default="")
    sex: Mapped[str] = mapped_column(server_default="")
    sterilised: Mapped[bool] = mapped_column(server_default="false")
    birth_date: Mapped[date | None]
    birth_precision: Mapped[str] = mapped_column(server_default="day")
    coat: Mapped[str] = mapped_column(server_default="")
    identification: Mapped[str | None]
    insurance: Mapped[str] = mapped_column(server_default="")
    alert: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    died_on: Mapped[date | None]
    import_key: Mapped[str | None] = mapped_column(unique=True)
    name_key: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("normalised(name)", persisted=True), sort_order=800
    )
    # The name_key of the owner, written by trigger, for the search of an animal with its owner.
    owner_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="", sort_order=801)


class AnimalWeight(Numbered, Attributed, Table):
    """A weighing, in grams. A mistake is taken back (removed_at), never deleted."""

    __tablename__ = "animal_weights"
    __sharing__ = Common(audited=True)
    __table_args__ = (
        CheckConstraint("weight_g > 0", name="weight"),
        Index("ix_animal_weights_animal_id_measured_at", "animal_id", "measured_at"),
    )

    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"))
    weight_g: Mapped[int]
    measured_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class AnimalProblem(Numbered, Attributed, Table):
    """A lasting problem of an animal, open until it is closed."""

    __tablename__ = "animal_problems"
    __sharing__ = Common(audited=True)
    __table_args__ = (Index("ix_animal_problems_animal_id", "animal_id"),)

    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"))
    label: Mapped[str]
    since: Mapped[date]
    closed_on: Mapped[date | None]


class AnimalTransfer(Numbered, Attributed, Table):
    """An animal that changed hands: from whom to whom, when, and how. Who owns it now stands on the animal."""

    __tablename__ = "animal_transfers"
    __sharing__ = Common(audited=True)
    __table_args__ = (
        CheckConstraint("how IN ('sold', 'given', 'inherited', 'mistake')", name="how"),
        CheckConstraint("from_client_id <> to_client_id", name="parties"),
        Index("ix_animal_transfers_animal_id_transferred_at", "animal_id", "transferred_at"),
    )

    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"))
    from_client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    to_client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    how: Mapped[str]
    transferred_at: Mapped[datetime]
