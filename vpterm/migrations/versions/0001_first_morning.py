"""The first morning: the whole schema as it stood when the first clinic opened."""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = (resources.files("vpterm.migrations.versions") / "0001_first_morning.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(schema)


def downgrade() -> None:
    raise RuntimeError("the first migration is undone by restoring a backup, not by deleting a clinic's data")
