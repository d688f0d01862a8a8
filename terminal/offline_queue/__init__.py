"""Keeps sales and the cache on disk and brings both into step with the head office."""
