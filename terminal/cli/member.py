"""`kopilka member`: find one, make a card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loyalty.codes import CardCode, CodeRanges, PhoneCode, UnknownCode, classify
from loyalty.errors import BadInput, NotNow
from loyalty.money import money_text
from loyalty.sentences import sentence
from terminal.cli.told import Folder, Language, language, till_folder

app = typer.Typer(no_args_is_help=True, help="Members: find one, make a card.")
Key = Annotated[str, typer.Argument(help="A card number or a phone number, in any spelling.")]


@app.command()
def find(key: Key, data: Folder = till_folder(), lang: Language = "") -> None:  # noqa: B008 - typer reads defaults
    """Show what this till knows of a member: status, points, progress. No phone, no full name."""
    from terminal.reading import read_member

    member, programme = read_member(data, key)
    ru = language(lang) == "ru"
    status = next((s for s in programme.statuses if s.id == member.status), None)
    label = (status.name.ru if ru else status.name.en) if status else "—"
    typer.echo(f"{member.name_masked or '—'}  {member.card}")
    typer.echo(f"{'Статус' if ru else 'Status'}: {label}")
    typer.echo(f"{'Баллы' if ru else 'Points'}: {member.balance_points}")
    spent = money_text(member.progress.spend_minor, "ru" if ru else "en")
    typer.echo(
        f"{'За сезон' if ru else 'This season'}: {spent}, {'чеков' if ru else 'receipts'} {member.progress.visits}"
    )
    if member.blocked:
        typer.echo("Карта заблокирована" if ru else "The card is blocked")


@app.command()
def card(
    numbers: Annotated[
        list[str], typer.Argument(help="Card numbers; a member's name is taken from this till's cache.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Where to write: .png for one card, .pdf for a printable sheet.")
    ] = Path("card.png"),
    kind: Annotated[str, typer.Option("--kind", help="qr, barcode or both.")] = "both",
    data: Folder = till_folder(),  # noqa: B008 - typer reads defaults
    lang: Language = "",
) -> None:
    """Make a card as a picture, or a printable sheet of cards (A4, ten to a page)."""
    from terminal.cards import card_png, card_sheet
    from terminal.reading import name_of_card

    if kind not in ("qr", "barcode", "both"):
        raise BadInput(sentence("card.kind", kind=kind))
    cards = [(number, name_of_card(data, number)) for number in map(_checked, numbers)]
    if out.suffix.lower() == ".pdf":
        out.write_bytes(card_sheet(cards))
    elif len(cards) == 1:
        out.write_bytes(card_png(cards[0][0], cards[0][1], "Kopilka", kind))
    else:
        raise NotNow(sentence("card.sheet_needs_pdf"))
    typer.echo(str(out))


def _checked(number: str) -> str:
    code = classify(number, CodeRanges())
    if isinstance(code, CardCode):
        return code.number
    why = code.why if isinstance(code, UnknownCode) else sentence("card.not_a_card", text=number)
    if isinstance(code, PhoneCode):
        why = sentence("card.not_a_card", text=number)
    raise BadInput(why)
