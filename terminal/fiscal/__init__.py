"""Turns a receipt into a fiscal document and prints it exactly once."""
