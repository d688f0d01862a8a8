"""Alembic's migrations of the head office's tables."""
