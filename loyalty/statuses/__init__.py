"""Statuses: seasons, the figures that count, which status holds on a date, and what will become of it."""
