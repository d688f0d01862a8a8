"""What conditions go by at the till, over a real head office and real tills: limits, first purchases."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from loyalty.events import SaleCompleted, bucket_of, canonical
from loyalty.feed import BalanceRow, FeedRow, IdentRow
from loyalty.member import Used
from loyalty.receipt import Applied, Receipt
from sync_server.imports import import_file
from sync_server.programmes import publish_programme
from sync_server.schema import FEED
from terminal.offline_queue.keys import phone_hash
from terminal.session import commands as c
from tests.support.counter import CARD, PHONE, PROGRAMME, TEA
from tests.support.queue_samples import SCOPE, cursor_to
from tests.support.server import T0_MS, TestOffice, Till
from tests.support.small_till import Rig, do, make_till, opened_rig
from tests.support.told_till import MINE, bought, download, download_member, member_of, opened, refusal, rung_up, upload

LIMITED = f"""{PROGRAMME}
[[campaign]]
id = "tea"
name = {{ ru = "Чай дня", en = "Tea of the day" }}
conditions = [{{ type = "products", codes = ["{TEA.code}"] }}]
reward = {{ type = "percent", rate_bp = 1000 }}
limits = [{{ period = "day", times = 1 }}, {{ period = "ever", minor = 25_00 }}]

[[campaign]]
id = "welcome"
name = {{ ru = "Первая покупка", en = "First purchase" }}
conditions = [{{ type = "first_purchase" }}]
reward = {{ type = "points_fixed", reward_points = 50 }}
"""


@pytest.fixture
def office(office):
    publish_programme(office.store, office.identity, LIMITED, T0_MS)
    return office


def held(office: TestOffice, account: str = MINE) -> BalanceRow:
    table = FEED["bal"]
    with office.store.read() as tx:
        query = select(table.c.body).where(table.c.bucket == bucket_of(account), table.c.key == account)
        body = tx.execute(query).scalar()
    return msgspec.json.decode(body, type=BalanceRow) if body else BalanceRow(account)


@pytest.fixture
def rig(tmp_path: Path):
    make_till(tmp_path / "one", programme=LIMITED)
    with opened_rig(tmp_path / "one") as made:
        yield opened(made)


def test_a_till_offline_gives_a_limited_campaign_once_and_then_says_why_not(rig: Rig) -> None:
    assert bought(rig).discount_minor == 10_00
    state = rung_up(rig)
    assert (refusal(state, "tea"), state.total_minor) == ("limit.day", 100_00)
    rig.now_ms += 24 * 3600 * 1000
    assert bought(rig, 2).discount_minor == 15_00, "the next day, what is left of 25 for ever"
    rig.now_ms += 24 * 3600 * 1000
    assert refusal(rung_up(rig), "tea") == "limit.ever"


def test_a_receipt_returned_as_a_whole_gives_its_use_back_at_once(rig: Rig) -> None:
    receipt = bought(rig, 2)
    number = receipt.number
    do(rig, c.VoidReceipt(), c.BeginReturn(number), c.SetReturn(1, 1000), c.ConfirmReturn("cash"))
    assert refusal(rung_up(rig), "tea") == "limit.day", "a part does not"
    do(rig, c.VoidReceipt(), c.BeginReturn(number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert refusal(rung_up(rig), "tea") == ""


def test_a_restarted_till_still_knows_what_was_had(tmp_path: Path) -> None:
    make_till(tmp_path / "one", programme=LIMITED)
    with opened_rig(tmp_path / "one") as rig:
        bought(opened(rig))
    with opened_rig(tmp_path / "one") as rig:
        assert refusal(rung_up(rig), "tea") == "limit.day"


def test_the_first_purchase_is_the_first_at_every_till_that_has_heard_of_it(office, rig, tmp_path):
    till = office.till()
    assert refusal(rung_up(rig), "welcome") == ""
    receipt = bought(rig)
    assert refusal(rung_up(rig), "welcome") == "first_purchase.before"
    do(rig, c.VoidReceipt(), c.BeginReturn(receipt.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert refusal(rung_up(rig), "welcome") == "first_purchase.before", "a returned purchase was one"
    upload(rig, till)
    assert held(office).receipts == 1
    make_till(tmp_path / "two", programme=LIMITED)
    with opened_rig(tmp_path / "two") as other:
        assert refusal(rung_up(opened(other)), "welcome") == ""
        download(office, other)
        assert refusal(rung_up(other), "welcome") == "first_purchase.before"


def test_what_one_till_gave_another_does_not_give_again_once_they_have_synced(office, rig, tmp_path):
    till = office.till()
    bought(rig)
    upload(rig, till)
    assert held(office).used == (Used("tea", "2026-09-21", 1, 10_00), Used("tea", "ever", 1, 10_00))
    make_till(tmp_path / "two", programme=LIMITED)
    with opened_rig(tmp_path / "two") as other:
        assert refusal(rung_up(opened(other)), "tea") == "", "before the sync it cannot know"
        download(office, other)
        assert refusal(rung_up(other), "tea") == "limit.day"


def test_own_receipts_in_the_head_offices_figures_are_not_counted_twice(office, rig):
    till = office.till()
    bought(rig, 1)
    upload(rig, till)
    rig.now_ms += 24 * 3600 * 1000
    download(office, rig, terminal=till.terminal)
    assert bought(rig, 3).discount_minor == 15_00, "25 for ever, less the 10 of the day before, once"


def test_returns_at_the_head_office_give_back_what_the_goods_had(office):
    till = office.till()
    sale = _limited(till, "2026-11-22", 900)
    part = till.back(sale, qty=1000, total=3_000)
    rest = till.back(sale, qty=2000, total=6_000)
    till.put(part)
    office.apply()
    till.put(till.event(SaleCompleted(sale)))
    office.apply()
    # a third of 9.00 is back, though the return came first
    assert held(office).used == (Used("tea", "2026-11-22", 1, 600), Used("tea", "ever", 1, 600))
    till.put(rest)
    office.apply()
    assert held(office).used == (Used("tea", "2026-11-22"), Used("tea", "ever"))


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_receipts_leaves_the_same_figures(office, seed):
    chance = random.Random(seed)
    tills = [office.till(f"till {number}") for number in range(3)]
    days = [f"2026-11-{day:02d}" for day in range(20, 26)]
    events = []
    sold = dict.fromkeys(days, 0)
    for number, day in enumerate(days * 2):
        till = tills[number % 3]
        sale = _limited(till, day, 900)
        events.append((till, till.event(SaleCompleted(sale))))
        sold[day] += 900
        if number % 4 == 0:
            events.append((tills[(number + 1) % 3], tills[(number + 1) % 3].back(sale, qty=3000, total=9_000)))
            sold[day] -= 900
    chance.shuffle(events)
    for till, raw in events:
        till.put(raw)
        if chance.random() < 0.3:
            office.apply()
    office.apply()
    used = {each.period: (each.times, each.minor) for each in held(office).used}
    by_hand = {day: (sold[day] // 900, sold[day]) for day in days[-3:]}
    assert used == {**by_hand, "ever": (9, 9 * 900)}
    assert held(office).receipts == 12


KINDS_OF_CARD = f"""{PROGRAMME}
[[campaign]]
id = "bank"
name = {{ ru = "Карта банка", en = "The bank's card" }}
conditions = [{{ type = "who", card_kinds = ["bank"] }}]
reward = {{ type = "percent", rate_bp = 1000 }}
"""


def test_an_imported_card_of_a_kind_gets_its_campaign(office, tmp_path):
    file = tmp_path / "members.csv"
    file.write_text(f"card,phone,card_kind,receipts\n{CARD},{PHONE},bank,3\n", "utf-8")
    assert import_file(office.store, office.identity, "members", file, T0_MS).added == 1
    make_till(tmp_path / "one", programme=KINDS_OF_CARD)
    with opened_rig(tmp_path / "one") as rig:
        download_member(office, opened(rig))
        state = rung_up(rig)
        assert refusal(state, "bank") == ""
        assert (member_of(state).receipts, member_of(state).card_kind) == (3, "bank")


def test_a_phone_is_no_card_of_any_kind(tmp_path):
    make_till(tmp_path / "one", programme=KINDS_OF_CARD)
    with opened_rig(tmp_path / "one") as rig:
        hashed = phone_hash(SCOPE, PHONE)
        ident = IdentRow(MINE, MINE, cards=(CARD,), phone_hash=hashed, card_kinds={CARD: "bank"})
        rows = [FeedRow(MINE, 2, msgspec.Raw(canonical(ident)))]
        rig.store.cache.install(rows, cursor_to("ident", bucket_of(MINE), rows))
        assert refusal(rung_up(opened(rig)), "bank") == ""
        do(rig, c.VoidReceipt())
        state = do(rig, c.Type(PHONE), c.Scan(TEA.code))
        assert member_of(state).member_id == MINE
        assert refusal(state, "bank") == "who.card_kind"


def _limited(till: Till, day: str, off: int) -> Receipt:
    """Three pieces with the tea campaign's discount on them."""
    made = till.receipt(account=MINE, total=9_000, qty=3000, local_date=day)
    line = msgspec.structs.replace(made.lines[0], applied=(Applied("tea", "Чай", "Tea", off),))
    return msgspec.structs.replace(made, lines=(line,))
