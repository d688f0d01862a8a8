"""The panes of the sale screen, one file each: a pure function from what is in sight to rows."""
