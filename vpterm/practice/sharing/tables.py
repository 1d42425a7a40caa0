"""Table of the group's choices. Policies ask it through sharing_choice()."""

from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import GroupOnly
from vpterm.database.tables import Attributed, Table


class SharingChoice(Attributed, Table):
    """What the group chose for one subject of the matrix."""

    __tablename__ = "sharing_choices"
    __sharing__ = GroupOnly(audited=True)

    subject: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[str]
