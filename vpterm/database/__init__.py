"""One PostgreSQL: engine, context of a transaction, roles, row security, the embedded server."""
