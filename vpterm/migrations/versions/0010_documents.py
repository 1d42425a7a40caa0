"""Copies of invoices and receipts, counted; telephones that are found from within."""

from importlib import resources

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = (resources.files("vpterm.migrations.versions") / "0010_documents.sql").read_text("utf-8")
    # Straight to the driver: many statements, and per cent signs that are no placeholders.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(schema)


def downgrade() -> None:
    raise RuntimeError("what was printed stays printed: restore a backup instead")
