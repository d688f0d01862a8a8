"""`kopilka programme`: a programme checked, described for editors, compared, explained, and tried on past receipts.

Nothing here needs a till, a network or a head office.
"""

from __future__ import annotations

from pathlib import Path

import click

from terminal.cli.simulate import simulate
from terminal.cli.told import errors_in, in_language, language

FILE = click.Path(path_type=Path)


@click.group
def programme() -> None:
    """Programmes: check one, compare two, explain one, try one on past receipts (docs/PROGRAMMES.md)."""


@programme.command
@click.argument("file", type=FILE)
@click.option("--cases", type=FILE, help="A file of cases; by default the one beside the programme.")
@in_language
def check(file: Path, cases: Path | None, lang: str) -> None:
    """Check a programme: its mistakes, what is hardly meant, and its cases."""
    from terminal.cli.files import cases_of, programme_at
    from terminal.cli.programme_check import cases_text, summary, warnings_text

    tongue = language(lang)
    with errors_in(lang):
        rules = programme_at(file, tongue)
        tried = cases_of(file, cases)
    for line in (*summary(rules, tongue), *warnings_text(rules, tongue)):
        click.echo(line)
    lines, failed = cases_text(tried, rules, tongue)
    for line in lines:
        click.echo(line)
    if failed:
        raise SystemExit(1)


@programme.command
@in_language
def schema(lang: str) -> None:
    """Print the JSON Schema of a programme, for editors."""
    import msgspec

    from loyalty.documents.programme_schema import programme_schema

    document = msgspec.json.encode(programme_schema(language(lang)))
    click.echo(msgspec.json.format(document, indent=2).decode())


@programme.command
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@in_language
def diff(old: Path, new: Path, as_json: bool, lang: str) -> None:
    """What changed between two programmes, by id and key."""
    from loyalty.documents.programme_diff import change_text, changes
    from loyalty.documents.programme_told import world_of
    from terminal.cli.files import programme_at
    from terminal.cli.programme_json import changes_json

    tongue = language(lang)
    with errors_in(lang):
        before, after = programme_at(old, tongue), programme_at(new, tongue)
    worlds, found = (world_of(before), world_of(after)), changes(before, after)
    if as_json:
        click.echo(changes_json(found, worlds))
        return
    for change in found:
        click.echo(change_text(change, worlds, tongue))


@programme.command
@click.argument("file", type=FILE)
@click.argument("campaign", default="")
@click.option("--basket", type=FILE, help="Explain this basket, as JSON, under the programme instead.")
@in_language
def explain(file: Path, campaign: str, basket: Path | None, lang: str) -> None:
    """Explain a programme, or one campaign of it, in plain words; or a basket under it."""
    from terminal.cli.files import bytes_of, programme_at
    from terminal.cli.programme_explain import explain_basket, told_lines

    tongue = language(lang)
    with errors_in(lang):
        rules = programme_at(file, tongue)
        if basket is not None:
            explain_basket(bytes_of(basket), rules, campaign, tongue)
            return
        for line in told_lines(rules, campaign, tongue):
            click.echo(line)


programme.add_command(simulate)
