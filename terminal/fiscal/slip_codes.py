"""QR codes on paper: what stands in them, and how they travel among the lines of a slip."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from loyalty.programme import Programme
from loyalty.sentences import Lang
from terminal.fiscal.columns import centred, cleaned, rule
from terminal.fiscal.document import FiscalDocument
from terminal.fiscal.port import Issued
from terminal.fiscal.slip_words import WORDS

MARK = "\f"
"""What a line of a slip begins with that is a QR code; no text of a slip has it, see `columns.cleaned`."""
SIGNS = {"sale": 1, "return": 2}
"""Tag 1054 of a document."""


def code_line(text: str) -> str:
    """A QR code among the lines of a slip."""
    return MARK + cleaned(text)


def parts_of(slip: str) -> Iterator[tuple[bool, str]]:
    """The slip in its order: whether it is a code, and what that says or the lines of text up to the next."""
    for is_code, lines in groupby(slip.split("\n"), lambda line: line.startswith(MARK)):
        if is_code:
            yield from ((True, line.removeprefix(MARK)) for line in lines)
        else:
            yield False, "\n".join(lines)


def fiscal_code(document: FiscalDocument, serial: str, issued: Issued) -> str:
    """What the QR code of a fiscal document says (order ED-7-20/662@): time, sum, fiscal memory, number, sign, kind;
    empty where the register has not told all of it."""
    if not (issued.local_time and issued.sign and serial):
        return ""
    at = issued.local_time.replace("-", "").replace(":", "")
    whole, kopecks = divmod(document.total_minor, 100)
    return f"t={at}&s={whole}.{kopecks:02d}&fn={serial}&i={issued.document}&fp={issued.sign}&n={SIGNS[document.kind]}"


def below_receipt(fiscal: str, programme: Programme, lang: Lang, width: int) -> Iterator[str]:
    """The codes of a receipt: its fiscal document's, and the programme's link."""
    if fiscal:
        yield rule(width)
        yield from centred(WORDS[lang].fiscal_code, width)
        yield code_line(fiscal)
    slip = programme.slip
    if slip.link and slip.link_name is not None:
        yield rule(width)
        yield from centred(slip.link_name.ru if lang == "ru" else slip.link_name.en, width)
        yield code_line(slip.link)


def card_slip(card: str, programme: Programme, lang: Lang, store_name: str, width: int) -> tuple[str, ...]:
    """A new member's card on paper; nobody's name stands on it."""
    words = WORDS[lang]
    return (
        *centred(store_name, width),
        *centred(programme.name.ru if lang == "ru" else programme.name.en, width),
        rule(width),
        *centred(words.member_card, width),
        *centred(card, width),
        code_line(programme.codes.qr_prefix + card),
        *centred(words.show_card, width),
    )
