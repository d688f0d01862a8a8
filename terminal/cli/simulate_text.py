"""What a simulation comes to: for people as tables, for programs as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loyalty.money import money_text, quantity_text
from loyalty.programme import Programme
from loyalty.sentences import Lang
from loyalty.simulation import Effect, Replayed, Simulation, Sums, campaigns_of

MAX_CAMPAIGNS = 50
"""So many campaigns are shown; with --json, all."""
_WIDTH_CHARS = 140
"""Of a table that goes to a file."""
_MINUS = "\N{MINUS SIGN}"
_WORDS: dict[str, tuple[str, str]] = {
    "replayed": ("Чеков пересчитано", "Receipts replayed"),
    "left_out": ("пропущено", "left out"),
    "changed": ("изменилось", "changed"),
    "better": ("Участнику лучше", "Better for the member"),
    "worse": ("хуже", "worse"),
    "equal": ("так же", "equal"),
    "old": ("Было", "Before"),
    "new": ("Станет", "After"),
    "difference": ("Разница", "Difference"),
    "total_minor": ("К оплате", "To pay"),
    "discount_minor": ("Скидки", "Discounts"),
    "earned_points": ("Начислено баллов", "Points earned"),
    "redeemed_points": ("Списано баллов", "Points spent"),
    "benefit_minor": ("Выгода участников", "Members' gain"),
    "liability_minor": ("Долг в баллах, в деньгах", "Owed in points, as money"),
    "wallet": ("Начислено", "Earned"),
    "cost": ("Взято", "Taken"),
    "gift": ("Подарено", "Given"),
    "coupon": ("Купонов", "Coupons"),
    "campaign": ("Акция", "Campaign"),
    "receipts": ("Чеков", "Receipts"),
    "points": ("Баллов", "Points"),
    "discount": ("Скидка", "Discount"),
    "receipt": ("Чек", "Receipt"),
    "to_pay": ("К оплате", "To pay"),
    "gain": ("Участнику", "For the member"),
    "more": ("и ещё {}", "and {} more"),
}


class Answer(msgspec.Struct, frozen=True):
    simulation: Simulation
    programmes: tuple[Programme, Programme]
    changed: tuple[Replayed, ...]
    """The first of the changed receipts."""
    left_out: int


def changed_json(done: Replayed) -> bytes:
    """One changed receipt."""
    return msgspec.json.encode(_receipt(done))


def answer_json(answer: Answer) -> str:
    """The whole answer; sums in minor units."""
    simulation = answer.simulation
    told = {
        "old": _side(answer.programmes[0], simulation.old),
        "new": _side(answer.programmes[1], simulation.new),
        "receipts": simulation.receipts,
        "left_out": answer.left_out,
        "changed": simulation.changed,
        "better": simulation.better,
        "worse": simulation.worse,
        "equal": simulation.equal,
        "changed_receipts": [_receipt(done) for done in answer.changed],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def answer_text(answer: Answer, lang: Lang) -> None:
    """Counts, sums, campaigns, and the first of the changed receipts."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_CHARS)
    simulation = answer.simulation
    old, new = (f"{programme.id} {programme.version}" for programme in answer.programmes)
    console.print(Text(f"{old} → {new}", "bold"))
    console.print(_counts(lang, replayed=simulation.receipts, changed=simulation.changed, left_out=answer.left_out))
    console.print(_counts(lang, better=simulation.better, worse=simulation.worse, equal=simulation.equal))
    console.print(_sums(simulation, lang))
    if simulation.old.campaigns or simulation.new.campaigns:
        console.print(_campaigns(simulation, lang))
    if answer.changed:
        console.print(_receipts(answer, lang))


def _receipt(done: Replayed) -> dict[str, object]:
    return {"receipt": done.receipt, "gain_minor": done.gain_minor, "old": done.old, "new": done.new}


def _side(programme: Programme, sums: Sums) -> dict[str, object]:
    return {"programme": programme.id, "version": programme.version, **msgspec.to_builtins(sums)}


def _counts(lang: Lang, **counts: int) -> Text:
    return Text("; ".join(f"{_say(name, lang)}: {_figure(count, lang)}" for name, count in counts.items()))


def _sums(simulation: Simulation, lang: Lang) -> Table:
    table = _table("", "old", "new", "difference", lang=lang)
    old, new = simulation.old, simulation.new
    for name in ("total_minor", "discount_minor", "earned_points", "redeemed_points"):
        _row(table, _say(name, lang), getattr(old, name), getattr(new, name), name, lang)
    for what, field, unit in (
        ("wallet", "wallets", ""),
        ("cost", "costs", ""),
        ("gift", "gifts", "_milli"),
        ("coupon", "coupons", ""),
    ):
        before, after = getattr(old, field), getattr(new, field)
        for name in sorted({*before, *after}):
            _row(table, f"{_say(what, lang)}: {name}", before.get(name, 0), after.get(name, 0), unit, lang)
    for name in ("benefit_minor", "liability_minor"):
        _row(table, _say(name, lang), getattr(old, name), getattr(new, name), name, lang)
    return table


def _row(table: Table, name: str, old: int, new: int, unit: str, lang: Lang) -> None:
    table.add_row(Text(name), _figure(old, lang, unit), _figure(new, lang, unit), _signed(new - old, lang, unit))


def _campaigns(simulation: Simulation, lang: Lang) -> Table:
    table = _table("campaign", "receipts", "", "discount", "", "points", "", lang=lang)
    found = list(campaigns_of(simulation))
    for name, old, new in found[:MAX_CAMPAIGNS]:
        table.add_row(Text(name), *_pairs(old, new, lang))
    if len(found) > MAX_CAMPAIGNS:
        table.add_row(_say("more", lang).format(len(found) - MAX_CAMPAIGNS))
    return table


def _pairs(old: Effect, new: Effect, lang: Lang) -> Iterator[str]:
    for before, after, unit in (
        (old.receipts, new.receipts, ""),
        (old.discount_minor, new.discount_minor, "_minor"),
        (old.points, new.points, ""),
    ):
        yield _figure(before, lang, unit)
        yield f"→ {_figure(after, lang, unit)}" if after != before else ""


def _receipts(answer: Answer, lang: Lang) -> Table:
    table = _table("receipt", "to_pay", "", "discount", "", "points", "", "gain", lang=lang)
    for done in answer.changed:
        cells: list[str] = []
        for name, unit in (("total_minor", "_minor"), ("discount_minor", "_minor"), ("earned_points", "")):
            before, after = getattr(done.old, name), getattr(done.new, name)
            cells += [_figure(before, lang, unit), f"→ {_figure(after, lang, unit)}" if after != before else ""]
        table.add_row(Text(done.receipt), *cells, _signed(done.gain_minor, lang, "_minor"))
    more = answer.simulation.changed - len(answer.changed)
    if more:
        table.add_row(_say("more", lang).format(_figure(more, lang)))
    return table


def _table(*heads: str, lang: Lang) -> Table:
    """Columns; the first is text, the others are figures; a head may be empty."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(_say(head, lang) if head else "", justify="right" if place else "left", no_wrap=place > 0)
    return table


def _figure(value: int, lang: Lang, unit: str = "") -> str:
    if unit.endswith("_minor"):
        return money_text(value, lang)
    if unit == "_milli":
        return quantity_text(value, lang)
    sign = _MINUS if value < 0 else ""
    return f"{sign}{abs(value):,}".replace(",", "\u00a0" if lang == "ru" else ",")


def _signed(value: int, lang: Lang, unit: str = "") -> str:
    return f"+{_figure(value, lang, unit)}" if value > 0 else _figure(value, lang, unit)


def _say(code: str, lang: Lang) -> str:
    return _WORDS[code][lang == "en"]
