"""Sessions by name, their times by role, and the PIN of a locked screen."""

from importlib import resources

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = (resources.files("vpterm.migrations.versions") / "0007_sessions.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(schema)


def downgrade() -> None:
    raise RuntimeError("what several sessions keep does not fit into one: restore a backup instead")
