"""`kopilka quote`: what a basket costs under a programme, by the till's own engine, with every reason."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.told import errors_in, in_language, language

if TYPE_CHECKING:
    from loyalty.documents.basket_file import BasketDoc
    from loyalty.programme import Programme


@click.command("quote")
@click.option(
    "--programme", type=click.Path(path_type=Path), required=True, help="The programme: a file, or a name as in club."
)
@click.option("--member", type=click.Path(path_type=Path), help="The member, as JSON; instead of the basket's own.")
@click.option("--at", default="", help="The store's local time, as in 2026-11-22T13:00; by default now.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@in_language
def quote_basket(programme: Path, member: Path | None, at: str, as_json: bool, lang: str) -> None:
    """Quote a basket given as JSON on standard input (docs/QUOTE.md)."""
    from loyalty.documents.basket_file import basket_of, local_moment, standing_of
    from loyalty.quote import quote
    from terminal.cli.files import programme_at
    from terminal.cli.quote_text import answer_json, answer_text

    with errors_in(lang):
        rules = programme_at(programme, language(lang))
        doc = _basket(member, at, rules)
        basket = basket_of(doc)
        done = quote(basket, rules, local_moment(doc.at), standing_of(doc, rules))
    if as_json:
        sys.stdout.write(answer_json(done))
    else:
        answer_text(basket, done, rules, language(lang))


def _basket(member: Path | None, at: str, rules: Programme) -> BasketDoc:
    """The basket with what the command line says of it. Raises BadInput."""
    from msgspec.structs import replace

    from loyalty.documents.basket_file import MAX_BASKET_BYTES, read_basket, read_member
    from terminal.cli.files import bytes_of
    from terminal.clock import local_text, now_ms

    doc = read_basket(sys.stdin.buffer.read(MAX_BASKET_BYTES + 1))
    if member is not None:
        doc = replace(doc, member=read_member(bytes_of(member)))
    return replace(doc, at=at or doc.at or local_text(now_ms(), rules.time_zone))
