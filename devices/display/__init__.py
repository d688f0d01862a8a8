"""Displays of a few lines that face the customer: what they are told, and how text gets onto them."""
