"""Returns at the head office: the versions tills need for them, what it tells of them, and those that differ."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.documents.programme_file import parse_programme
from loyalty.events import ReturnCompleted, SaleCompleted
from loyalty.feed import ProgrammeRow
from loyalty.points.shown import plain_purse
from loyalty.published import newest_programme, programme_of
from loyalty.quote import quote
from loyalty.receipt import ProgrammeRef, Receipt
from loyalty.returning.parts import given_back
from loyalty.returns import return_receipt
from sync_server.books import read_books
from sync_server.feed import read_delta
from sync_server.programmes import DAY_MS, KEPT_DAYS, KEPT_VERSIONS, publish_programme
from sync_server.receipts import find_receipt
from sync_server.schema import FLAG
from tests.support.loyalty_samples import basket, line, member, receipt
from tests.support.server import T0_MS, TestOffice, Till, hex_id

ANNA = hex_id("anna")
CLUB = """
id = "club"
version = {version}
name = {{ ru = "Клуб", en = "Club" }}
[returns]
rule = "{rule}"
[[campaign]]
id = "three"
name = {{ ru = "3 по цене 2", en = "3 for 2" }}
reward = {{ type = "n_for_m", take = 3, pay = 2 }}
"""


def document(version: int = 1, rule: str = "kept") -> str:
    return CLUB.format(version=version, rule=rule)


def published(office: TestOffice, *at_ms: int) -> dict[str, int]:
    """Versions 1, 2, ... published at these times; key -> version of what tills are told then."""
    for version, moment in enumerate(at_ms, start=1):
        publish_programme(office.store, office.identity, document(version), moment)
    return {row.key: row.version for row in told(office)}


class _Row(msgspec.Struct, frozen=True):
    key: str
    version: int
    row: ProgrammeRow


def told(office: TestOffice) -> list[_Row]:
    gen = office.identity.gen
    page = read_delta(office.store, gen, "t", "programmes", 0, 0, gen)
    live = ((row.key, row.live) for row in page.rows)
    rows = [(key, msgspec.json.decode(body, type=ProgrammeRow)) for key, body in live if body is not None]
    return [_Row(key, row.version, row) for key, row in rows]


def sale_of_three(till: Till, rule: str = "kept") -> Receipt:
    """Three for the price of two: 200.00."""
    of = basket(line(1, 10_000, 3000))
    made = receipt(quote(of, parse_programme(document(1, rule)), at(till)), of)
    number = next(till.numbers)
    return replace(made, receipt_id=f"{number:032x}", number=f"T1-{number:06d}", moment=at(till))


def at(till: Till):
    return till.receipt().moment


def back(till: Till, sale: Receipt, parts=(), rule: str | None = "kept", later_ms: int = 1000, **more) -> Receipt:
    """One of the three comes back; `rule` None: the till has not got the version."""
    number = next(till.numbers)
    programme = parse_programme(document(1, rule)) if rule else None
    return return_receipt(
        sale, {}, {1: 1000}, receipt_id=f"{number:032x}", number=f"T1-{number:06d}", store="s1", terminal="t",
        cashier="Anna", shift_id="s", moment=replace(sale.moment, at_ms=sale.moment.at_ms + later_ms),
        parts=[given_back(part) for part in parts], programme=programme, **more,
    )  # fmt: skip


def flags(office: TestOffice) -> dict[str, str]:
    with office.store.read() as tx:
        return {row.kind: row.detail for row in tx.execute(select(FLAG))}


def test_the_version_before_goes_on_beside_the_newest(office):
    assert published(office, T0_MS, T0_MS + 1, T0_MS + 2) == {"club": 3, "club/2": 2, "club/1": 1}
    rows = [each.row for each in told(office)]
    assert newest_programme(rows).version == 3
    for version in (1, 2, 3):
        found = programme_of((ProgrammeRef("club", version, "1"),), by_version(rows))
        assert found is not None
        assert found.version == version
    assert programme_of((ProgrammeRef("club", 4, "1"),), by_version(rows)) is None


def by_version(rows: list[ProgrammeRow]):
    return lambda id, version: next((row for row in rows if (row.id, row.version) == (id, version)), None)


def test_a_version_goes_so_many_days_after_the_next_was_published(office):
    # 2 took over from 1 at T0 + 1; 400 days later 1 is still there, a millisecond more and it is gone. 2 is, till 4.
    last = T0_MS + 1 + KEPT_DAYS * DAY_MS
    assert published(office, T0_MS, T0_MS + 1, last) == {"club": 3, "club/2": 2, "club/1": 1}
    publish_programme(office.store, office.identity, document(4), last + 1)
    assert {each.key for each in told(office)} == {"club", "club/3", "club/2"}


def test_no_more_versions_are_kept_than_so_many(office):
    count = KEPT_VERSIONS + 2
    kept = published(office, *range(T0_MS, T0_MS + count))
    assert sorted(kept.values()) == list(range(2, count + 1))


def test_publishing_the_same_again_changes_nothing(office):
    before = published(office, T0_MS, T0_MS + 1)
    assert publish_programme(office.store, office.identity, document(2), T0_MS + 9).outcome == "same"
    assert {row.key: row.version for row in told(office)} == before


def test_a_receipt_comes_with_what_its_returns_gave_back(office):
    till = office.till()
    sale = sale_of_three(till)
    first = back(till, sale)
    second = back(till, sale, [first], later_ms=2000)
    till.put(till.event(SaleCompleted(sale)), till.event(ReturnCompleted(second)), till.event(ReturnCompleted(first)))
    office.apply()
    reply = find_receipt(office.store, sale.number)
    assert (reply.receipt, reply.returned_milli) == (sale, {1: 2000})
    assert reply.parts == (given_back(first), given_back(second))
    assert [part.sums.total_minor for part in reply.parts] == [0, 10_000]


def test_returns_by_the_rules_of_the_sale_are_not_flagged_though_later_versions_differ(office):
    publish_programme(office.store, office.identity, document(1), T0_MS)
    publish_programme(office.store, office.identity, document(2, "paid"), T0_MS + 1)
    till = office.till()
    sale = sale_of_three(till)
    first = back(till, sale)
    events = [SaleCompleted(sale), ReturnCompleted(first), ReturnCompleted(back(till, sale, [first], later_ms=2000))]
    till.put(*map(till.event, events))
    office.apply()
    assert flags(office) == {}


@pytest.mark.parametrize("waits", [False, True])
def test_a_return_of_another_sum_than_the_rules_give_is_flagged_and_booked(office, waits):
    publish_programme(office.store, office.identity, document(), T0_MS)
    till = office.till()
    sale = sale_of_three(till)
    printed = back(till, sale, rule=None)
    events = [SaleCompleted(sale), ReturnCompleted(printed)]
    for event in reversed(events) if waits else events:
        till.put(till.event(event))
        office.apply()
    assert flags(office) == {
        "return_differs": f"return {printed.number} of sale {sale.number}: 6667 and 0 points back, 0 points taken; "
        "by its rules 0 and 0 points back, 0 points taken"
    }
    assert find_receipt(office.store, sale.number).returned_milli == {1: 1000}


def test_two_tills_that_did_not_know_of_each_other_are_flagged_once(office):
    publish_programme(office.store, office.identity, document(), T0_MS)
    one, two = office.till("one"), office.till("two")
    sale = sale_of_three(one)
    one.put(one.event(SaleCompleted(sale)), one.event(ReturnCompleted(back(one, sale))))
    two.put(two.event(ReturnCompleted(back(two, sale, later_ms=2000))))
    office.apply()
    with office.store.read() as tx:
        assert Counter(tx.execute(select(FLAG.c.kind)).scalars()) == {"return_differs": 1}


def test_sales_of_rules_by_the_price_paid_or_of_unknown_ones_are_not_judged(office):
    till = office.till()
    sale = sale_of_three(till)
    till.put(till.event(SaleCompleted(sale)), till.event(ReturnCompleted(back(till, sale, rule=None))))
    office.apply()
    publish_programme(office.store, office.identity, document(1, "paid"), T0_MS)
    other = sale_of_three(till, "paid")
    till.put(till.event(SaleCompleted(other)), till.event(ReturnCompleted(back(till, other, rule="paid"))))
    office.apply()
    assert flags(office) == {}


EARNS = """
id = "club"
version = 1
name = { ru = "Клуб", en = "Club" }
[returns]
shortfall = "refund"
[redeem]
point_value_minor = 100
[[status]]
id = "fan"
name = { ru = "Фанат", en = "Fan" }
earn_bp = 1000
"""


def sale_to_anna(till: Till) -> Receipt:
    """200.00 that earn 20 points."""
    of = basket(line(1), line(2), member=member("fan"))
    made = receipt(quote(of, parse_programme(EARNS), at(till)), of)
    number = next(till.numbers)
    ids = {"receipt_id": f"{number:032x}", "number": f"T1-{number:06d}", "account_id": ANNA, "member_id": ANNA}
    return replace(made, moment=at(till), **ids)


def back_of_anna(till: Till, sale: Receipt, **wallets: int) -> Receipt:
    number = next(till.numbers)
    return return_receipt(
        sale, {}, {1: 1000, 2: 1000}, receipt_id=f"{number:032x}", number=f"T1-{number:06d}", store="s1", terminal="t",
        cashier="Anna", shift_id="s", moment=replace(sale.moment, at_ms=sale.moment.at_ms + 1000),
        programme=parse_programme(EARNS), purse=plain_purse(wallets, "2026-11-22"),
    )  # fmt: skip


def points(office: TestOffice) -> int:
    return read_books(office.store, [ANNA]).accounts[0].wallets["main"].balance_points


def test_points_kept_from_the_money_are_booked_as_the_receipt_says_and_not_flagged(office):
    publish_programme(office.store, office.identity, EARNS, T0_MS)
    till = office.till()
    sale = sale_to_anna(till)
    printed = back_of_anna(till, sale, main=5)
    till.put(till.event(SaleCompleted(sale)), till.event(ReturnCompleted(printed)))
    office.apply()
    # 20 earned, 5 taken, 15 paid for with 15.00: they stay, whoever spent them.
    assert (printed.short_points, printed.short_minor, points(office)) == ({"main": 15}, 15_00, 15)
    assert flags(office) == {}
    assert read_books(office.store, [ANNA]).conserved


def test_points_the_till_took_though_the_account_had_them_no_more_are_owed(office):
    publish_programme(office.store, office.identity, EARNS, T0_MS)
    till = office.till()
    sale = sale_to_anna(till)
    spent = till.receipt(account=ANNA, redeemed=18)
    printed = back_of_anna(till, sale, main=20)
    till.put(*map(till.event, [SaleCompleted(sale), SaleCompleted(spent), ReturnCompleted(printed)]))
    office.apply()
    assert (printed.short_minor, points(office), flags(office)) == (0, -18, {})


@pytest.mark.parametrize("minor", [14_00, 0])
def test_another_sum_kept_for_missing_points_than_the_rules_say_is_flagged(office, minor):
    publish_programme(office.store, office.identity, EARNS, T0_MS)
    till = office.till()
    sale = sale_to_anna(till)
    printed = back_of_anna(till, sale, main=5)
    paid = (replace(printed.payments[0], amount_minor=200_00 - minor),)
    wrong = replace(printed, short_minor=minor, payments=paid)
    till.put(till.event(SaleCompleted(sale)), till.event(ReturnCompleted(wrong)))
    office.apply()
    assert set(flags(office)) == {"return_differs"}
