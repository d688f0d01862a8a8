"""Turns bytes, keys and camera frames into one Scan."""
