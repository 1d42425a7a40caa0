"""The desk: money on account, animals that change hands, contacts in the search, invoices open at other sites."""

from importlib import resources

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    changes = (resources.files("vpterm.migrations.versions") / "0003_desk.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(changes)


def downgrade() -> None:
    raise RuntimeError("what the desk has written since is kept: restore a backup instead")
