"""docs/PROGRAMMES.md against the reader and the engine: documents parse, no key is missing, the receipt adds up."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from loyalty.basket import Basket, BasketLine, Moment
from loyalty.catalogue import Price, Product, Unit
from loyalty.conditions import CONDITIONS
from loyalty.documents.programme_file import parse_programme
from loyalty.documents.section import Section
from loyalty.errors import BadProgramme
from loyalty.explain import TEMPLATES
from loyalty.member import Member
from loyalty.programme import Programme
from loyalty.quote import Quote, Standing, quote
from loyalty.rewards import REWARDS
from loyalty.sentences import say
from tests.support.programme_examples import PAGE, ROOT, blocks, documents

CLUB = parse_programme((ROOT / "loyalty" / "programmes" / "club.toml").read_text("utf-8"))
WORDS_OF_A_KEY = 260
"""So far after a key's name its limits are looked for."""
SUNDAY = Moment(1_795_345_200_000, "2026-11-22", 13 * 60, 6)


def test_every_example_is_a_programme() -> None:
    assert all(isinstance(parse_programme(text), Programme) for text in documents())


def test_every_mechanic_has_an_example_under_its_name() -> None:
    named = re.findall(r"^\*\*`(\w+)`\*\* —", PAGE, re.MULTILINE)
    assert sorted(named) == sorted((*CONDITIONS, *REWARDS))
    for kind, mechanics in (("condition", CONDITIONS), ("reward", REWARDS)):
        assert {re.findall(r'type = "(\w+)"', text)[0] for text in blocks(kind)} == set(mechanics)


def test_every_key_the_reader_asks_for_is_on_the_page_with_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, set[int]] = {}
    whole, take, items, part = Section.whole, Section._take, Section._items, Section.part

    def noted_whole(self: Section, key: str, low: int, high: int, default: int | None = None) -> int:
        asked.setdefault(key, set()).update({low, high})
        return whole(self, key, low, high, default)

    monkeypatch.setattr(Section, "whole", noted_whole)
    monkeypatch.setattr(Section, "_take", lambda self, key, *a: (asked.setdefault(key, set()), take(self, key, *a))[1])
    monkeypatch.setattr(
        Section, "_items", lambda self, key, *a: (asked.setdefault(key, set()), items(self, key, *a))[1]
    )
    monkeypatch.setattr(Section, "part", lambda self, key: (asked.setdefault(key, set()), part(self, key))[1])
    for text in documents():
        parse_programme(text)
    assert {"offline_max_points", "excluded", "status", "before_days"} <= set(asked)
    tables = {
        key: f"[{key}]"
        for key in ("codes", "redeem", "gift_cards", "referral", "slip", "returns", "points", "workdays")
    }
    tables |= {key: f"[[{key}]]" for key in ("status", "campaign", "event", "store_group")}
    flat = PAGE.replace("\n", " ")
    for key, limits in asked.items():
        named = [m.end() for m in re.finditer(rf"`{re.escape(tables.get(key, key))}`|\b{key} = ", flat)]
        assert named or key in ("ru", "en"), key
        told = [flat[end : end + WORDS_OF_A_KEY] for end in named]
        for limit in limits:
            assert any(re.search(rf"\b{limit}\b", words) for words in told), (key, limit)


def test_the_wrong_document_gets_the_answer_of_the_page() -> None:
    with pytest.raises(BadProgramme) as bad:
        parse_programme(blocks("wrong")[0])
    told = "\n".join([say(bad.value.said, "en", TEMPLATES) + ".", *(f"  {each.shown}" for each in bad.value.problems)])
    assert told == blocks("problems")[0]


def test_the_club_s_campaigns_are_those_of_the_page() -> None:
    table = PAGE.partition("## The club's campaigns")[2]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == [campaign.id for campaign in CLUB.campaigns]
    rates = [str(status.earn_bp // 100) for status in CLUB.statuses]
    assert f"Six statuses: {', '.join(rates[:-1])} and {rates[-1]} %" in table


def rows() -> list[dict[str, str]]:
    """The table of the receipt: one dictionary a row."""
    table = re.findall(r"^\|(.*)\|$", PAGE.partition("## A receipt worked out")[2].partition("\n1. ")[0], re.MULTILINE)
    head, _, *rest = [[cell.strip() for cell in row.split("|")] for row in table]
    return [dict(zip(head, row, strict=True)) for row in rest]


def minor(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def milli(text: str) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole) * 1000 + int((fraction + "000")[:3])


def line(line_id: int, row: Mapping[str, str]) -> BasketLine:
    unit: Unit = "kg" if row["Unit"] == "kg" else "piece"
    price = minor(row["Price"])
    product = Product(
        row["Code"], row["Goods"], (Price(price),), unit=unit, category=row["Category"], brand=row["Brand"]
    )
    return BasketLine(line_id, product, milli(row["Quantity"]), price)


def worked_out(standing: Standing) -> Quote:
    driver = Member("a" * 32, "a" * 32, "", "driver", 1000)
    lines = tuple(line(number, row) for number, row in enumerate(rows()[:-1], start=1))
    return quote(Basket(lines, driver, redeem_points=500), CLUB, SUNDAY, standing)


def test_the_receipt_of_the_page_is_the_engine_s_to_the_kopeck() -> None:
    made = worked_out(Standing())
    priced = [(e.base_minor, e.discount_minor, e.redeemed_minor, e.total_minor, e.earned_points) for e in made.lines]
    whole = (made.base_minor, made.discount_minor, made.redeemed_minor, made.total_minor, made.earned_points)
    columns = ("Base", "Discount", "With points", "To pay", "Earned")
    assert [tuple(minor(row[name]) for name in columns) for row in rows()] == [*priced, whole]


def test_the_steps_of_the_page_name_the_figures_of_the_engine() -> None:
    steps = PAGE.partition("## A receipt worked out")[2].partition("## The club")[0]
    made, away = worked_out(Standing()), worked_out(Standing(online=False))
    done = {each.campaign_id: each for each in made.explanations}
    given = {name: f"{done[name].gain_minor / 100:,.2f}" for name in ("scarves", "souvenirs-3", "lunch", "big-receipt")}
    assert {name for name, figure in given.items() if f"**{figure}**" not in steps} == set()
    shares = [a.discount_minor for each in made.lines for a in each.applied if a.campaign_id == "big-receipt"]
    assert f"the scarf's: {', '.join(f'{share / 100:.2f}' for share in shares)}." in steps
    assert done["paravoz-points"].outcome == "blocked"
    assert f"{say(done['paravoz-points'].said, 'en', TEMPLATES)}." in steps
    half = away.earned_points // 2
    assert f"{away.total_minor / 100:,.2f} to pay and {half} + {half} points" in steps
