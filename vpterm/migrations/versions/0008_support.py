"""Support: the trail of who looked into whose session."""

from importlib import resources

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = (resources.files("vpterm.migrations.versions") / "0008_support.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(schema)


def downgrade() -> None:
    raise RuntimeError("a trail is not deleted by a command: restore a backup instead")
