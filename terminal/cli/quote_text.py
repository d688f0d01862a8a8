"""A quote for people as tables, and for programs as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loyalty.basket import Basket
from loyalty.explain import TEMPLATES
from loyalty.money import money_text, quantity_text
from loyalty.programme import Programme
from loyalty.quoted import Explanation, Quote
from loyalty.scene import in_units
from loyalty.sentences import Lang, Sentence, say

_MARKS = {"applied": ("✓", "green"), "missing": ("+", "yellow"), "blocked": ("–", "dim")}
_HEADS = {
    "ru": ("Товар", "Кол-во", "Цена", "Сумма", "Скидка", "Баллами", "К оплате", "Начислено"),
    "en": ("Goods", "Qty", "Price", "Base", "Discount", "With points", "To pay", "Earned"),
}


def answer_json(done: Quote) -> str:
    """The whole answer; beside every sentence stands its text in both languages."""
    return msgspec.json.format(msgspec.json.encode(_told(msgspec.to_builtins(done))), indent=2).decode() + "\n"


def answer_text(basket: Basket, done: Quote, programme: Programme, lang: Lang, console: Console | None = None) -> None:
    """Lines, totals, and every reason in the order campaigns were applied."""
    console = console or Console()
    console.print(_lines(basket, done, lang))
    for name, value in (*_totals(done, lang), *_others(done, programme, lang)):
        console.print(Text(f"{name}: ") + Text(value, "bold"))
    console.print()
    for each in done.explanations:
        console.print(_reason(each, lang))


def _lines(basket: Basket, done: Quote, lang: Lang) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, head in enumerate(_HEADS[lang]):
        table.add_column(head, justify="right" if place else "left", no_wrap=place > 0)
    for line, priced in zip(basket.lines, done.lines, strict=True):
        sums = (line.price_minor, priced.base_minor, priced.discount_minor, priced.redeemed_minor, priced.total_minor)
        table.add_row(
            Text(line.product.name or line.product.code),
            quantity_text(line.qty_milli, lang),
            *(money_text(minor, lang) for minor in sums),
            str(priced.earned_points),
        )
    for extra in done.granted.extras:
        name = extra.name_ru if lang == "ru" else extra.name_en
        table.add_row(Text(name), quantity_text(extra.qty_milli, lang), *([money_text(0, lang)] * 5), "")
    return table


def _totals(done: Quote, lang: Lang) -> list[tuple[str, str]]:
    ru = lang == "ru"
    return [
        ("Скидка" if ru else "Discount", money_text(done.discount_minor, lang)),
        ("Списано баллов" if ru else "Points spent", str(done.redeemed_points)),
        ("Можно списать" if ru else "Points that may be spent", str(done.redemption.allowed_points)),
        ("К оплате" if ru else "To pay", money_text(done.total_minor, lang)),
        ("Начислено баллов" if ru else "Points earned", str(done.earned_points)),
    ]


def _others(done: Quote, programme: Programme, lang: Lang) -> Iterator[tuple[str, str]]:
    """Wallets beside the main one, points taken for offers, coupons: by the names people read."""
    ru = lang == "ru"
    for wallet, points in done.wallets.items():
        yield "Начислено" if ru else "Earned", in_units(programme.terms, wallet, points)[not ru]
    for wallet, points in done.costs.items():
        yield "Списано" if ru else "Taken", in_units(programme.terms, wallet, points)[not ru]
    names = {each.id: each.name_ru if ru else each.name_en for each in programme.coupons}
    for issue in done.granted.issues:
        yield names.get(issue.series, issue.series), str(issue.count)


def _reason(each: Explanation, lang: Lang) -> Text:
    mark, style = _MARKS[each.outcome]
    name = each.name_ru if lang == "ru" else each.name_en
    lines = f" [{', '.join(map(str, each.lines))}]" if each.lines else ""
    return Text(f"{mark} {name}: {say(each.said, lang, TEMPLATES)}{lines}", style)


def _told(value: object) -> object:
    """The same with `ru` and `en` in every sentence."""
    if isinstance(value, list | tuple):
        return [_told(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"code", "args"}:
        return {**value, **_texts(value)}
    return {key: _told(each) for key, each in value.items()}


def _texts(value: Mapping[str, object]) -> dict[str, str]:
    said = msgspec.convert(value, Sentence)
    return {"ru": say(said, "ru", TEMPLATES), "en": say(said, "en", TEMPLATES)}
