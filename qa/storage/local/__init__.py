"""A library in a folder: SQLite is the truth, the two indexes beside it are derived from it."""
