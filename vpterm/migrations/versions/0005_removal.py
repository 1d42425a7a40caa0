"""A service is taken out of the record without crossing whoever works on its invoice."""

from importlib import resources

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    statements = (resources.files("vpterm.migrations.versions") / "0005_removal.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(statements)


def downgrade() -> None:
    raise RuntimeError("nothing to undo: only the order of locks inside a function changed")
