"""Open sessions are told when somebody's rights change."""

from importlib import resources

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    statements = (resources.files("vpterm.migrations.versions") / "0004_rights.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(statements)


def downgrade() -> None:
    op.execute("DROP FUNCTION tell_rights() CASCADE")
