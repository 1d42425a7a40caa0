"""One linear history of the schema (Alembic)."""
