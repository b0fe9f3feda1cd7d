"""What survives a restart: SQLite and the rows in it."""
