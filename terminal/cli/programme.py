"""`kopilka programme`: a programme checked, described for editors, compared, explained, and tried on past receipts.

Nothing here needs a till, a network or a head office.
"""

from __future__ import annotations

import click

from terminal.cli.told import in_language, language


@click.group
def programme() -> None:
    """Programmes: check one, compare two, explain one, try one on past receipts (docs/PROGRAMMES.md)."""


@programme.command
@in_language
def schema(lang: str) -> None:
    """Print the JSON Schema of a programme, for editors."""
    import msgspec

    from loyalty.programme_schema import programme_schema

    document = msgspec.json.encode(programme_schema(language(lang)))
    click.echo(msgspec.json.format(document, indent=2).decode())
