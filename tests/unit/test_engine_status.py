"""Statuses at a till without a network: raised from the next receipt, held to the end of the next season, recounted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from loyalty.events import bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow
from loyalty.member import Member
from loyalty.receipt import Receipt
from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from terminal.agent.finding import member_reply
from terminal.session import commands as c
from tests.support.counter import ANNA, CARD, NOON, TEA
from tests.support.queue_samples import cursor_to
from tests.support.small_till import Rig, make_till, opened_rig

PROGRAMME = """
id = "corner"
version = 1
name = { ru = "Уголок", en = "Corner" }

[[season]]
id = "2026/27"
first = 2026-06-01
last = 2027-05-31

[[season]]
id = "2027/28"
first = 2027-06-01
last = 2028-05-31

[[season]]
id = "2028/29"
first = 2028-06-01

[[status]]
id = "basic"
name = { ru = "Базовый", en = "Basic" }
earn_bp = 500

[[status]]
id = "gold"
name = { ru = "Золотой", en = "Gold" }
earn_bp = 1000
spend_minor = 500_00
visits = 2
"""
DAY_MS = 24 * 3600 * 1000
SOLD_ON = 20_717
"""21 September 2026, the day of NOON, as a number since 1 January 1970."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "till", programme=PROGRAMME)
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def go_to(rig: Rig, day: str) -> None:
    rig.now_ms = NOON.at_ms + (date.fromisoformat(day) - date(2026, 9, 21)).days * DAY_MS


def found(rig: Rig) -> Member:
    rig.engine.dispatch(c.Scan(CARD))
    member = rig.engine.view().state.basket.member
    assert member is not None
    rig.engine.dispatch(c.VoidReceipt())
    return member


def buy(rig: Rig, pieces: int) -> Receipt:
    commands: tuple[c.Command, ...] = (c.Scan(CARD), *[c.Scan(TEA.code)] * pieces, c.Pay(), c.Tender("cash"))
    for command in commands:
        rig.engine.dispatch(command)
    receipt = rig.engine.view().state.receipt
    assert receipt is not None
    rig.engine.dispatch(c.Back())
    return receipt


def bring_back(rig: Rig, receipt: Receipt) -> None:
    commands: tuple[c.Command, ...] = (
        c.BeginReturn(receipt.number), c.ReturnAll(), c.ConfirmReturn("cash"), c.Back(),
    )  # fmt: skip
    for command in commands:
        rig.engine.dispatch(command)


def head_office_says(rig: Rig, progress: Progress, applied: Applied) -> None:
    """A newer row of Anna's, which includes this till's events up to `applied`."""
    rows = [FeedRow(ANNA.account_id, 2, msgspec.Raw(canonical(BalanceRow(ANNA.account_id, progress=progress))))]
    rig.store.cache.install(rows, cursor_to("bal", bucket_of(ANNA.account_id), rows, applied, NOON.at_ms))


def test_a_status_reached_offline_works_from_the_next_receipt(rig: Rig) -> None:
    first = buy(rig, 4)
    go_to(rig, "2026-09-22")
    second = buy(rig, 1)
    third = buy(rig, 1)
    assert [(sold.status, sold.earned_points) for sold in (first, second, third)] == [
        ("basic", 20), ("basic", 5), ("gold", 10),
    ]  # fmt: skip


def test_two_receipts_of_one_day_are_one_visit(rig: Rig) -> None:
    buy(rig, 4)
    buy(rig, 4)
    assert buy(rig, 1).status == "basic"


def test_it_holds_to_the_end_of_the_next_season_and_then_is_lost(rig: Rig) -> None:
    buy(rig, 4)
    go_to(rig, "2026-09-22")
    buy(rig, 1)
    for day, status in (("2027-05-31", "gold"), ("2028-05-31", "gold"), ("2028-06-01", "basic")):
        go_to(rig, day)
        assert found(rig).status == status


def test_a_sale_of_last_season_brought_back_counts_there(rig: Rig) -> None:
    buy(rig, 4)
    go_to(rig, "2026-09-22")
    second = buy(rig, 1)
    go_to(rig, "2027-06-02")
    assert found(rig).status == "gold"
    bring_back(rig, second)
    member = found(rig)
    assert member.status == "basic"
    assert member.progress.seasons == (
        SeasonFigures("2026/27", 500_00, 100_00, 2, {"main": 25}, {"main": 5}, (SOLD_ON, 1)),
    )


def test_own_receipts_come_on_top_of_what_the_head_office_said(rig: Rig) -> None:
    buy(rig, 4)
    elsewhere = SeasonFigures("2026/27", 900_00, receipts=2, days=(SOLD_ON - 1, 1))
    head_office_says(rig, Progress((elsewhere,)), Applied(1, 2))
    assert found(rig).progress.seasons == (elsewhere,), "the receipt of this till is among the two"
    go_to(rig, "2026-09-22")
    buy(rig, 1)
    (figures,) = found(rig).progress.seasons
    assert (figures.sold_minor, figures.receipts, figures.days) == (1_000_00, 3, (SOLD_ON - 1, 1, 1))


def test_a_status_brought_along_ends_on_its_date_without_a_word_from_anyone(rig: Rig) -> None:
    head_office_says(rig, Progress(grants=(Grant("gold", "2026-09-01", "2026-12-31"),)), Applied())
    for day, status in (("2026-12-31", "gold"), ("2027-01-01", "basic")):
        go_to(rig, day)
        assert found(rig).status == status


def test_a_client_of_the_agent_is_told_how_the_member_stands(rig: Rig) -> None:
    buy(rig, 4)
    go_to(rig, "2026-09-22")
    buy(rig, 2)
    go_to(rig, "2027-06-02")
    buy(rig, 1)
    reply = member_reply(found(rig), rig.engine.view().programme, "en")
    assert (reply.status, reply.season, reply.spend_minor, reply.visits, reply.receipts, reply.season_points) == (
        "gold", "2027/28", 100_00, 1, 1, 10,
    )  # fmt: skip
    assert [said.text for said in reply.standing] == [
        "Season 2027/28: 100.00, 1 visit",
        "To keep it: 400.00 and 1 visit more by 31 May 2028; else “Basic”",
    ]
