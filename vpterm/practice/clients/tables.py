"""Tables of clients. In common to all sites."""

from datetime import datetime

from sqlalchemy import Computed, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import Common
from vpterm.database.tables import Attributed, Numbered, Table


class Client(Numbered, Attributed, Table):
    """An owner of animals: a person, or a business (a farm, a shelter)."""

    __tablename__ = "clients"
    __sharing__ = Common(audited=True)
    __table_args__ = (
        Index("ix_clients_name_key", "name_key"),
        Index("ix_clients_given_key", "given_key", "name_key"),
        # "dup mar": both halves are prefixes, so the first is met by its first three letters.
        Index("ix_clients_name_head", text("left(name_key, 3)"), "given_key", "name_key"),
        Index("ix_clients_changed", "changed_site", "changed_at"),
        Index("ix_clients_email", "email", postgresql_where="email <> ''"),
    )

    title: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str]
    first_name: Mapped[str] = mapped_column(server_default="")
    business: Mapped[bool] = mapped_column(server_default="false")
    address: Mapped[str] = mapped_column(server_default="")
    postcode: Mapped[str] = mapped_column(server_default="")
    town: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="fr")
    alert: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    preferred_site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    import_key: Mapped[str | None] = mapped_column(unique=True)
    archived_at: Mapped[datetime | None]
    # Collation "C": prefixes are found as ranges (>=, <), which parametrised LIKE does not allow.
    name_key: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("normalised(last_name || ' ' || first_name)", persisted=True), sort_order=800
    )
    given_key: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("normalised(first_name)", persisted=True), sort_order=801
    )


class ClientPhone(Numbered, Attributed, Table):
    """A telephone number in E.164 (+33612345678), searched from its end: people say the last digits."""

    __tablename__ = "client_phones"
    __sharing__ = Common(audited=True, deletable=True)
    __table_args__ = (
        Index("ix_client_phones_client_id", "client_id"),
        Index("ix_client_phones_reversed", "reversed"),
        Index("ix_client_phones_runs", text("digit_runs(number)"), postgresql_using="gin"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    position: Mapped[int] = mapped_column(server_default="1")
    number: Mapped[str]
    label: Mapped[str] = mapped_column(server_default="")
    reversed: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("reverse(number)", persisted=True), sort_order=800
    )


class ClientContact(Numbered, Attributed, Table):
    """Another person to speak to about a client's animals: a spouse, a neighbour, a farm hand."""

    __tablename__ = "client_contacts"
    __sharing__ = Common(audited=True, deletable=True)
    __table_args__ = (
        Index("ix_client_contacts_client_id", "client_id"),
        Index("ix_client_contacts_phone_reversed", text('reverse(phone) COLLATE "C"')),
        Index("ix_client_contacts_runs", text("digit_runs(phone)"), postgresql_using="gin"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str]
    relation: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")


class SearchWord(Table):
    """A word that occurs in the name of a client or an animal, with one letter left out (or none).

    The deletion table of SymSpell at distance 1: a search with one typo meets the word at a common deletion.
    Filled by trigger; a word that no name holds any more stays, and finds nobody.
    """

    __tablename__ = "search_words"
    __sharing__ = Common(attributed=False)
    __table_args__ = (Index("ix_search_words_word", "word"),)

    deletion: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
