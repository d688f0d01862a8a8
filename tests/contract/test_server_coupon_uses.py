"""Coupons shared by all tills at the head office, over SQLite and PostgreSQL alike: each claimed once, freed once."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import msgspec
import pytest
import zstandard
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.coupons.series import CouponSeries
from loyalty.events import SaleCompleted, bucket_of
from loyalty.feed import BalanceRow, SpentRow
from loyalty.programme import Label, Programme
from sync_server import rounds
from sync_server.arrivals import arrive
from sync_server.coupon_ends import settle_spent
from sync_server.coupon_uses import claim_coupons
from sync_server.feed import read_delta, read_heads
from sync_server.schema import COUPON_USE, FEED, FLAG
from sync_server.snapshot import make_snapshot
from tests.support.coupon_sales import ANNA, ONE, TWO, back, put, sold
from tests.support.server import T0_MS, TestOffice, hex_id, opened_office


def told(office: TestOffice) -> dict[str, str]:
    """coupon -> the number of the receipt, as a fresh till reads it."""
    gen, found = office.identity.gen, {}
    for head in read_heads(office.store, gen, T0_MS).streams["spent"]:
        page = read_delta(office.store, gen, "till", "spent", head.bucket, 0, gen)
        assert page.checksum == head.checksum
        for row in page.rows:
            assert head.bucket == bucket_of(row.key)
            if row.live is not None:
                found[row.key] = msgspec.json.decode(row.live, type=SpentRow).number
    return found


def flags(office: TestOffice) -> list[tuple[str, str]]:
    with office.store.read() as tx:
        return sorted((row.kind, row.detail) for row in tx.execute(select(FLAG)))


def uses(office: TestOffice) -> int:
    with office.store.read() as tx:
        return len(tx.execute(select(COUPON_USE)).all())


def balance(office: TestOffice) -> BalanceRow:
    table = FEED["bal"]
    with office.store.read() as tx:
        body = tx.execute(select(table.c.body).where(table.c.key == ANNA)).scalar_one()
    return msgspec.json.decode(body, type=BalanceRow)


def test_a_spent_coupon_goes_down_with_the_receipt_that_used_it(office):
    till = office.till()
    sale = sold(till, ONE, TWO)
    put(till, sale, sold(till))
    office.apply()
    assert told(office) == {ONE: sale.number, TWO: sale.number}
    assert flags(office) == []


def test_a_second_receipt_is_honoured_and_flagged_by_the_one_before_it(office):
    first, second = office.till("one"), office.till("two")
    one, two = sold(first, ONE), sold(second, ONE, at_ms=T0_MS + 1)
    put(first, one)
    office.apply()
    put(second, two)
    office.apply()
    assert told(office) == {ONE: one.number}
    said = f"receipt {two.number} used a coupon (spring) that receipt {one.number} had used"
    assert flags(office) == [("coupon_again", said)]


def test_two_receipts_of_one_round_are_told_apart_too(office):
    first, second = office.till("one"), office.till("two")
    put(second, sold(second, ONE, at_ms=T0_MS + 1))
    one = sold(first, ONE)
    put(first, one)
    office.apply()
    assert told(office) == {ONE: one.number}, "the one sold first, whatever came first"
    assert [kind for kind, _ in flags(office)] == ["coupon_again"]


def test_a_coupon_that_may_be_used_often_is_nobody_s(office):
    till = office.till()
    sale = sold(till, ONE)
    put(till, replace(sale, spent=(replace(sale.spent[0], single=False),)))
    office.apply()
    assert told(office) == {}
    assert uses(office) == 0


def test_a_text_that_is_no_id_claims_nothing(office):
    till = office.till()
    put(till, sold(till, "x" * 32), sold(till, ONE[:30]))
    office.apply()
    assert (told(office), uses(office)) == ({}, 0)


@pytest.mark.parametrize("by_number", [False, True])
def test_all_of_a_receipt_returned_frees_its_coupons(office, by_number):
    till, other = office.till(), office.till("other")
    sale = sold(till, ONE, account=ANNA)
    put(till, sale)
    office.apply()
    put(other, back(other, sale, 400, by_number))
    office.apply()
    assert told(office) == {ONE: sale.number}
    put(other, back(other, sale, 600, by_number))
    office.apply()
    assert told(office) == {}
    again = sold(other, ONE, at_ms=T0_MS + 5)
    put(other, again)
    office.apply()
    assert told(office) == {ONE: again.number}
    assert [kind for kind, _ in flags(office)] == []


def test_the_second_receipt_has_the_coupon_once_the_first_has_come_back(office):
    till = office.till()
    one, two = sold(till, ONE, account=ANNA), sold(till, ONE, at_ms=T0_MS + 1)
    put(till, one, two)
    office.apply()
    put(till, back(till, one))
    office.apply()
    assert told(office) == {ONE: two.number}


def arrivals() -> list[tuple[int, ...]]:
    return list(itertools.permutations(range(3)))


@pytest.mark.parametrize("order", arrivals(), ids=str)
def test_any_order_of_arrival_tells_the_tills_the_same(office, order):
    tills = [office.till(str(number)) for number in range(3)]
    one, two = sold(tills[0], ONE, account=ANNA, counted=True), sold(tills[1], ONE, at_ms=T0_MS + 1)
    moves: list[Callable[[], None]] = [
        lambda: put(tills[0], one), lambda: put(tills[1], two), lambda: put(tills[2], back(tills[2], one)),
    ]  # fmt: skip
    for place in order:
        moves[place]()
        office.apply()
    assert told(office) == {ONE: two.number}
    assert balance(office).coupon_uses == {}


def test_a_member_s_uses_are_counted_over_all_tills(office):
    tills = [office.till(str(number)) for number in range(2)]
    sales = [sold(till, ONE, account=ANNA, counted=True) for till in tills]
    for till, sale in zip(tills, sales, strict=True):
        put(till, sale)
    office.apply()
    assert balance(office).coupon_uses == {"spring": 2}
    put(tills[0], back(tills[0], sales[1], 500))
    office.apply()
    assert balance(office).coupon_uses == {"spring": 2}
    put(tills[1], back(tills[1], sales[1], 500))
    office.apply()
    assert balance(office).coupon_uses == {"spring": 1}


def test_a_round_that_died_anywhere_leaves_one_claim_when_it_runs_again(office, monkeypatch):
    first, second = office.till("one"), office.till("two")
    one = sold(first, ONE, account=ANNA)
    put(first, one)
    put(second, sold(second, ONE, at_ms=T0_MS + 1), back(second, one))
    for stage in ("_apply", "flag_again", "free_coupons", "complete_members", "_move_marks"):
        with monkeypatch.context() as patched:
            patched.setattr(rounds, stage, _dies)
            with pytest.raises(_PowerCutError):
                office.apply()
    office.apply()
    assert uses(office) == 2
    assert [kind for kind, _ in flags(office)] == ["coupon_again"]
    assert list(told(office)) == [ONE]
    assert told(office) != {ONE: one.number}


class _PowerCutError(Exception):
    pass


def _dies(*_args: object, **_kwargs: object) -> None:
    raise _PowerCutError


def with_series(last: str, id: str = "spring") -> Programme:
    label = Label("Серия", "Series")
    return Programme("club", 1, label, coupons=(CouponSeries(id, "Серия", "Series", "signed", code="SPR", last=last),))


def seq_of(office: TestOffice) -> int:
    return sum(head.seq for head in read_heads(office.store, office.identity.gen, T0_MS).streams["spent"])


def test_what_tills_are_told_drops_out_a_week_after_the_series_has_ended(office):
    till = office.till()
    sale, other = sold(till, ONE), sold(till, TWO)
    put(till, sale, replace(other, spent=(replace(other.spent[0], expires="2026-11-30"),)))
    office.apply()
    assert settle_spent(office.store, with_series("2026-12-31"), "2026-12-07") == {}
    assert settle_spent(office.store, with_series("2026-12-31"), "2026-12-08") == {"dropped": 1}
    assert told(office) == {ONE: sale.number}
    assert settle_spent(office.store, with_series("2026-12-31"), "2027-01-07") == {}
    assert settle_spent(office.store, with_series("2026-12-31"), "2027-01-08") == {"dropped": 1}
    assert (told(office), uses(office)) == ({}, 2)
    before = seq_of(office)
    assert settle_spent(office.store, with_series("2026-12-31"), "2027-01-08") == {}
    assert seq_of(office) == before


def test_a_till_that_knew_the_dropped_row_fetches_the_bucket_afresh(office):
    till = office.till()
    put(till, sold(till, ONE))
    office.apply()
    bucket, gen = bucket_of(ONE), office.identity.gen
    at = read_delta(office.store, gen, till.terminal, "spent", bucket, 0, gen)
    settle_spent(office.store, with_series("", id="other"), "2026-11-22")
    page = read_delta(office.store, gen, till.terminal, "spent", bucket, at.to_seq, gen)
    assert page.must_refetch
    page = read_delta(office.store, gen, till.terminal, "spent", bucket, 0, gen)
    assert (page.rows, page.to_seq, page.checksum, page.must_refetch) == ((), at.to_seq + 1, 0, False)


def test_a_series_that_comes_back_brings_its_spent_coupons_back(office):
    till = office.till()
    sale = sold(till, ONE)
    put(till, sale)
    office.apply()
    assert settle_spent(office.store, with_series("", id="other"), "2026-11-22") == {"dropped": 1}
    assert settle_spent(office.store, None, "2026-11-22") == {}
    assert settle_spent(office.store, with_series("2026-12-31"), "2026-11-22") == {"told": 1}
    assert told(office) == {ONE: sale.number}


def test_a_coupon_that_was_given_back_is_dropped_with_its_series_too(office):
    till = office.till()
    sale = sold(till, ONE, account=ANNA)
    put(till, sale, back(till, sale))
    office.apply()
    assert settle_spent(office.store, with_series("2026-12-31"), "2026-12-31") == {}
    assert settle_spent(office.store, with_series("2026-12-31"), "2027-02-01") == {"dropped": 1}
    assert told(office) == {}


@pytest.mark.postgres
def test_of_racing_processes_one_is_first_for_each_coupon(postgres_database):
    """The coupons have been used and given back before, so that no two of them make the same row."""
    coupons = [hex_id("raced", number) for number in range(24)]
    with opened_office(postgres_database) as office:
        till = office.till()
        before = sold(till, *coupons, account=ANNA)
        put(till, before, back(till, before))
        office.apply()
        together = threading.Barrier(4)

        def claim_all(process: int) -> None:
            for coupon in coupons:
                together.wait(60)
                arrived = arrive(till.terminal, 1, 1, T0_MS, till.event(SaleCompleted(sold(till, coupon))))
                claim_coupons(office.store, [arrived])

        processes = [threading.Thread(target=claim_all, args=(number,)) for number in range(4)]
        for each in processes:
            each.start()
        for each in processes:
            each.join()
        with office.store.read() as tx:
            firsts = Counter(tx.execute(select(COUPON_USE.c.coupon_id).where(COUPON_USE.c.after == "")).scalars())
        assert uses(office) == 24 * 5
        assert set(firsts.values()) == {2}, "the one before, and one of these"
        assert set(told(office)) == set(coupons)


def test_a_fresh_till_gets_spent_coupons_with_the_ready_file(office, tmp_path):
    till = office.till()
    sale = sold(till, ONE)
    put(till, sale)
    office.apply()
    made = make_snapshot(office.store, office.identity, tmp_path, T0_MS, "5a" * 16)
    assert made.rows["spent"] == 1
    assert [head.bucket for head in made.vectors["spent"]] == [bucket_of(ONE)]
    with (tmp_path / f"{'5a' * 16}.zst").open("rb") as packed, (tmp_path / "cache.db").open("wb") as file:
        zstandard.ZstdDecompressor().copy_stream(packed, file)
    with closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
        rows = cache.execute("SELECT key, body FROM spent").fetchall()
    assert rows == [(bytes.fromhex(ONE), b'{"number":"%s"}' % sale.number.encode())]
