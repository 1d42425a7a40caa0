"""Tables of half-filled forms, and of the places in which people are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import PerSite
from vpterm.database.tables import Table


class FormDraft(Table):
    """What a person has typed into one form about one subject and not saved yet. One draft each, in each session."""

    __tablename__ = "form_drafts"
    __sharing__ = PerSite(attributed=False, deletable=True)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    field_values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    typed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    session_name: Mapped[str] = mapped_column(primary_key=True, server_default="", sort_order=910)


class KeptPlaces(Table):
    """Where a person is, from the home board upwards: the name of each place and what it was opened with."""

    __tablename__ = "kept_places"
    __sharing__ = PerSite(attributed=False, deletable=True)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    places: Mapped[list[Any]] = mapped_column(JSONB)
    kept_at: Mapped[datetime] = mapped_column(server_default=func.now())
    session_name: Mapped[str] = mapped_column(primary_key=True, server_default="", sort_order=910)
