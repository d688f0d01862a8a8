"""`kopilka member`: find one, make a card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.codes import CardCode, CodeRanges, PhoneCode, UnknownCode, classify
from loyalty.errors import BadInput, NotNow, StoreFault
from loyalty.member import IdentifiedBy, Member
from loyalty.money import points_text
from loyalty.points.shown import dues_said
from loyalty.programme import Programme
from loyalty.sentences import Lang, sentence
from loyalty.statuses.outlook import standing_said
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken
from terminal.clock import moment_at, now_ms

if TYPE_CHECKING:
    from terminal.cards import CardFace, CardKind


@click.group
def member() -> None:
    """Members: find one, make a card."""


@member.command
@click.argument("key")
@in_folder
@in_language
def find(key: str, data: Path, lang: str) -> None:
    """Show what this till knows of a member: status, points, progress. No phone, no full name.

    KEY is a card number or a phone number, in any spelling.
    """
    with errors_in(lang):
        found, programme = _member(data, key)
    in_lang = language(lang)
    ru = in_lang == "ru"
    status = next((s for s in programme.statuses if s.id == found.status), None)
    label = (status.name.ru if ru else status.name.en) if status else "—"
    click.echo(f"{found.name_masked or '—'}  {found.card}")
    click.echo(f"{'Статус' if ru else 'Status'}: {label}")
    click.echo(f"{'Баллы' if ru else 'Points'}: {points_text(found.balance_points, in_lang)}")
    for wallet in programme.wallets:
        if wallet.id in found.wallets:
            click.echo(f"{wallet.name.ru if ru else wallet.name.en}: {points_text(found.wallets[wallet.id], in_lang)}")
    dues = dues_said(programme, found.pending, found.ending)
    for said in (*dues, *standing_said(programme, found.progress, found.found_on)):
        click.echo(spoken(said, language(lang)))
    if found.blocked:
        click.echo("Карта заблокирована" if ru else "The card is blocked")


SUFFIXES = (".png", ".pdf")


@member.command
@click.argument("numbers", nargs=-1, required=True)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("card.png"), show_default=True,
    help="Where to write: .png for one card, .pdf for a printable sheet.",
)  # fmt: skip
@click.option("--kind", default="both", show_default=True, help="qr, barcode or both.")
@in_folder
@in_language
def card(numbers: tuple[str, ...], out: Path, kind: str, data: Path, lang: str) -> None:
    """Make a card as a picture, or a printable sheet of cards (A4, ten to a page).

    NUMBERS are card numbers; a member's name is taken from this till's cache.
    """
    with errors_in(lang):
        _make_cards(numbers, out, kind, data, language(lang))
    click.echo(str(out))


def _make_cards(numbers: Sequence[str], out: Path, kind: str, data: Path, lang: Lang) -> None:
    from terminal.cards import card_png, card_sheet

    wanted: CardKind | None = next((known for known in ("qr", "barcode", "both") if known == kind), None)
    if wanted is None:
        raise BadInput(sentence("card.kind", kind=kind))
    if out.suffix.lower() not in SUFFIXES:
        raise BadInput(sentence("card.suffix", name=out.name))
    faces = _faces(data, numbers, lang, wanted)
    if out.suffix.lower() == ".pdf":
        out.write_bytes(card_sheet(faces))
    elif len(faces) == 1:
        face = faces[0]
        out.write_bytes(card_png(face.card_number, face.name_masked, face.programme, face.kind, face.qr_prefix))
    else:
        raise NotNow(sentence("card.sheet_needs_pdf"))


def _faces(data: Path, numbers: Sequence[str], lang: Lang, kind: CardKind) -> list[CardFace]:
    """What each card says, once each; without an enrolled till without names and in general terms. Raises BadInput."""
    from loyalty.published import newest_programme
    from terminal.cards import CardFace
    from terminal.members import find_known
    from terminal.offline_queue.glance import glance

    try:
        with glance(data) as files:
            programme = newest_programme(files.cache.programmes())
            cards = dict.fromkeys(_checked(number, programme.codes) for number in numbers)
            found = {card: find_known(files, card, "card") for card in cards}
    except StoreFault:
        cards = dict.fromkeys(_checked(number, CodeRanges()) for number in numbers)
        return [CardFace(card, "", "Kopilka", kind) for card in cards]
    title = programme.name.ru if lang == "ru" else programme.name.en
    names = {card: known.ident.name_masked if known else "" for card, known in found.items()}
    return [CardFace(card, name, title, kind, programme.codes.qr_prefix) for card, name in names.items()]


def _member(data: Path, key: str) -> tuple[Member, Programme]:
    """Raises BadInput for what is neither card nor phone, NotNow for a member this till does not know."""
    from loyalty.published import newest_programme
    from terminal.members import find_known, member_from
    from terminal.offline_queue.glance import glance

    with glance(data) as files:
        programme = newest_programme(files.cache.programmes())
        by: IdentifiedBy
        match classify(key, programme.codes):
            case CardCode(number=wanted):
                by = "manual"
            case PhoneCode(e164=wanted):
                by = "phone"
            case UnknownCode(why=why):
                raise BadInput(why)
            case _:
                raise BadInput(sentence("card.not_a_card", text=key))
        known = find_known(files, wanted, by)
        if known is None:
            raise NotNow(sentence("member.unknown", key=wanted), sentence("member.unknown.hint"))
        today = moment_at(now_ms(), programme.time_zone).local_date
        return member_from(known, wanted, by, files.journal, programme, today), programme


def _checked(number: str, codes: CodeRanges) -> str:
    code = classify(number, codes)
    if isinstance(code, CardCode):
        return code.number
    raise BadInput(code.why if isinstance(code, UnknownCode) else sentence("card.not_a_card", text=number))
