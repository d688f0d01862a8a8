"""Shtrih-M fiscal registers: the link and the commands, without I/O."""
