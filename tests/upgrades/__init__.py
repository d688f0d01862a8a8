"""Files of every released version, and that this version opens them and goes on.

A folder `tests/upgrades/0.1.0` holds what that version wrote: the head office's database, a till's journal and cache,
each packed with zstd, and `account.json`, which says what is in them. `python -m tests.upgrades.make` writes the folder
of the present version: run it last before a release, and never again for that version. Until then it may be remade at
will, and tests use fresh files of the present version where its tables have changed since.
"""
