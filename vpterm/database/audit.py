"""The audit trail: old and new values of the record, money and rights."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import Trail
from vpterm.database.tables import Numbered, Table


class AuditEntry(Numbered, Table):
    """One change of one row. Written by the trigger audit_row() only."""

    __tablename__ = "audit_entries"
    __sharing__ = Trail()
    __table_args__ = (Index(None, "table_name", "row_id"),)

    site_id: Mapped[int | None]
    staff_id: Mapped[int]
    happened_at: Mapped[datetime]
    table_name: Mapped[str]
    row_id: Mapped[int | None]
    operation: Mapped[str]
    old_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    new_values: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
