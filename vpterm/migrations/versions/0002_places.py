"""Where each person is at each site, kept over a cut."""

from importlib import resources

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema = (resources.files("vpterm.migrations.versions") / "0002_places.sql").read_text("utf-8")
    connection = op.get_bind().connection.driver_connection
    assert connection is not None  # noqa: S101 (an open bind has a driver connection)
    connection.execute(schema)


def downgrade() -> None:
    op.execute("DROP TABLE kept_places")
