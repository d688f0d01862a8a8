"""The form of a correction receipt as the manager fills it in, and what it says as a draft."""

import re
from typing import Literal, get_args

import msgspec
from msgspec.structs import replace

from loyalty.money import parse_amount
from loyalty.sentences import Sentence, sentence
from terminal.session.correction import CorrectionDraft, CorrectionVat, fault_of
from terminal.ui.editor import EMPTY, Line

KIND, CASH, CARD, VAT, VAT_2, VAT_3, DATE, ORDER, SIGN, NAME, BY, DONE = range(12)
RATES: tuple[CorrectionVat, ...] = get_args(CorrectionVat)
SUMS = (VAT, VAT_2, VAT_3)
TYPED = {CASH: "cash", CARD: "card", DATE: "date", ORDER: "order", SIGN: "sign", NAME: "name", BY: "by"}
"""The fields one types into, with their names, but for the sums by rates."""
LATER = "9999-12-31"
"""Whether a day is yet to come is known to the till, not to the form."""
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})|(\d{2})(\d{2})(\d{4}|\d{2})")
_AT = {
    "correct.sum": CASH, "correct.amount": CASH, "correct.vat": VAT, "correct.date": DATE, "correct.order": ORDER,
    "correct.sign": SIGN, "correct.name": NAME, "doubt.who": BY,
}  # fmt: skip


class CorrectionForm(msgspec.Struct, frozen=True):
    """`rates` and `sums` belong together; the first sum left empty is all that the others leave of what was paid."""

    kind: Literal["sale", "return"] = "sale"
    cash: Line = EMPTY
    card: Line = EMPTY
    rates: tuple[CorrectionVat, CorrectionVat, CorrectionVat] = ("22", "10", "none")
    sums: tuple[Line, Line, Line] = (EMPTY, EMPTY, EMPTY)
    date: Line = EMPTY
    order: Line = EMPTY
    sign: Line = EMPTY
    name: Line = EMPTY
    by: Line = EMPTY
    at: int = KIND
    tried: bool = False
    """Whether what is not right is said."""
    nth: int = 1
    """Which of those exactly alike."""


def line_of(form: CorrectionForm, at: int) -> Line | None:
    """What is typed in a field; None of one that is chosen."""
    if at in SUMS:
        return form.sums[at - VAT]
    return getattr(form, TYPED[at]) if at in TYPED else None


def with_line(form: CorrectionForm, line: Line) -> CorrectionForm:
    """The field in focus says this; another correction than before is asked about anew."""
    form = replace(form, nth=1)
    if form.at in SUMS:
        one, two, three = (line if VAT + place == form.at else each for place, each in enumerate(form.sums))
        return replace(form, sums=(one, two, three))
    return replace(form, **{TYPED[form.at]: line})


def turned(form: CorrectionForm) -> CorrectionForm:
    """The next of what a field can be."""
    form = replace(form, nth=1)
    if form.at == KIND:
        return replace(form, kind="return" if form.kind == "sale" else "sale")
    place = form.at - VAT
    one, two, three = (_after(rate) if place == at else rate for at, rate in enumerate(form.rates))
    return replace(form, rates=(one, two, three))


def _after(rate: CorrectionVat) -> CorrectionVat:
    return RATES[(RATES.index(rate) + 1) % len(RATES)]


def rest_minor(form: CorrectionForm) -> int | None:
    """What the other sums leave for the first rate; None where it is typed, or nothing can be worked out."""
    if form.sums[0].text.strip():
        return None
    amounts = [_minor(line) for line in (form.cash, form.card, *form.sums[1:])]
    if None in amounts:
        return None
    cash, card, *others = (amount or 0 for amount in amounts)
    left = cash + card - sum(others)
    return left if left > 0 else None


def draft_of(form: CorrectionForm) -> CorrectionDraft | Sentence:
    """What is to be made, or the first thing that is not right."""
    for line in (form.cash, form.card, *form.sums):
        if _minor(line) is None:
            return sentence("correct.amount", text=line.text.strip()[:20])
    vat_minor: dict[CorrectionVat, int] = {}
    sums = [_minor(line) or 0 for line in form.sums]
    sums[0] = sums[0] or rest_minor(form) or 0
    for rate, minor in zip(form.rates, sums, strict=True):
        if minor:
            vat_minor[rate] = vat_minor.get(rate, 0) + minor
    draft = CorrectionDraft(
        form.kind, _minor(form.cash) or 0, _minor(form.card) or 0, vat_minor, _day(form.date.text.strip()),
        " ".join(form.by.text.split()), form.order.text.strip(), form.sign.text.strip(), form.name.text.strip(),
    )  # fmt: skip
    return fault_of(draft, LATER) or draft


def field_of(fault: Sentence, at: int) -> int:
    """The field a fault is about; where it was, if none."""
    return _AT.get(fault.code, at)


def _minor(line: Line) -> int | None:
    """0 where nothing is typed, None where it is no amount."""
    text = line.text.strip()
    return parse_amount(text) if text else 0


def _day(text: str) -> str:
    """`20.11.2026`, with or without its points, as ISO; anything else as it is."""
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    day, month, year = filter(None, found.groups())
    return f"{year if len(year) == 4 else f'20{year}'}-{month.zfill(2)}-{day.zfill(2)}"
