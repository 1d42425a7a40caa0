"""The root of all mapped tables, and the column types they share."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Identity, MetaData, Numeric, Text, TypeDecorator, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from vpterm.database.sharing import Sharing
from vpterm.kernel.money import Money

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class MoneyType(TypeDecorator[Money]):
    """Money as numeric(12, 2), in euros."""

    impl = Numeric(12, 2)
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else value.amount

    def process_result_value(self, value: Any, dialect: Dialect) -> Money | None:
        return None if value is None else Money(value)


class Table(DeclarativeBase):
    """A table of the practice. Every subclass declares `__sharing__`; forgetting it fails at import."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        Money: MoneyType(),
    }
    __sharing__: ClassVar[Sharing]

    def __init_subclass__(cls, **arguments: Any) -> None:
        if "__tablename__" in cls.__dict__ and not isinstance(cls.__dict__.get("__sharing__"), Sharing):
            raise TypeError(f"table {cls.__tablename__} does not declare how it is shared (__sharing__)")
        super().__init_subclass__(**arguments)


class Attributed:
    """Who, where, when: written by the trigger attribute_row(), never by a statement.

    The references to staff are added by the walls, since staff itself is attributed.
    """

    created_at: Mapped[datetime] = mapped_column(sort_order=900, server_default=func.now())
    created_by: Mapped[int] = mapped_column(sort_order=901)
    created_site: Mapped[int | None] = mapped_column(sort_order=902)
    changed_at: Mapped[datetime] = mapped_column(sort_order=903, server_default=func.now())
    changed_by: Mapped[int] = mapped_column(sort_order=904)
    changed_site: Mapped[int | None] = mapped_column(sort_order=905)


class Numbered:
    """A table whose rows are known by one number in the whole group."""

    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True, sort_order=-10)


class NumberedPerSite:
    """A partitioned table: its key begins with the site, and so do the foreign keys that point at it."""

    site_id: Mapped[int] = mapped_column(primary_key=True, sort_order=-20)
    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True, sort_order=-10)


def sharing_of(name: str) -> Sharing:
    """The declaration of the mapped table called `name`; KeyError when there is none."""
    for mapper in Table.registry.mappers:
        if mapper.class_.__tablename__ == name:
            sharing: Sharing = mapper.class_.__sharing__
            return sharing
    raise KeyError(name)


def declared_tables() -> dict[str, type[Table]]:
    """Every mapped table by its name, in the order in which they can be created."""
    classes = {mapper.class_.__tablename__: mapper.class_ for mapper in Table.registry.mappers}
    return {table.name: classes[table.name] for table in Table.metadata.sorted_tables}
