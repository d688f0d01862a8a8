"""Coupons through the engine, over a real journal: spent with the receipt, free again once all of it came back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from loyalty.coupons.codes import Ticket, issued_code, series_code, shop_mark, signed_code, ticket_bytes, to_sign
from loyalty.coupons.reading import coupon_id
from loyalty.coupons.spent import SpentCoupon
from loyalty.events import bucket_of, canonical
from loyalty.feed import FeedRow, SpentRow
from terminal.committing import Begun
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, PROGRAMME, TEA
from tests.support.queue_samples import OFFICE, cursor_to, identity
from tests.support.small_till import Rig, do, make_till, opened_rig, said

COUPONS = """
[[coupon]]
id = "next"
name = { ru = "Следующая", en = "Next" }
kind = "series"
code = "NEXT"
uses = "single"
last = 2026-12-31

[[coupon]]
id = "own"
name = { ru = "Свои", en = "Own" }
kind = "promo"
words = ["SVOI"]
per_member = 1

[[coupon]]
id = "all"
name = { ru = "Всем", en = "All" }
kind = "promo"
words = ["VSEM"]

[[coupon]]
id = "gift"
name = { ru = "Подарочный", en = "Gift" }
kind = "signed"
code = "GIFT"

[[campaign]]
id = "next-time"
name = { ru = "Следующая покупка", en = "The next purchase" }
conditions = [{ type = "coupon", series = ["next", "own", "gift", "all"] }]
reward = { type = "amount", amount_minor = 10_00, per = "receipt" }

[[campaign]]
id = "come-back"
name = { ru = "Приходите ещё", en = "Come again" }
conditions = [{ type = "receipt_total", min_total_minor = 400_00 }]
reward = { type = "issue_coupon", series = "next", count = 2 }
"""
FIRST = series_code("NEXT", "0000000001")
FIRST_ID = coupon_id("series", "NEXT", "0000000001")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "till", programme=PROGRAMME + COUPONS)
    with opened_rig(tmp_path / "till") as opened:
        do(opened, c.OpenShift("Ольга"))
        yield opened


def sell(rig: Rig, *codes: str) -> State:
    state = do(rig, *map(c.Type, codes), c.Pay(), c.Tender("cash"))
    assert state.mode == "done"
    return state


def rows_of(rig: Rig) -> list[tuple[str, str, str, int]]:
    return rig.store.journal.read_index(
        lambda connection: connection.execute("SELECT id, receipt_id, number, back FROM coupon_spent").fetchall()
    )


def test_a_coupon_is_spent_with_its_receipt(rig: Rig) -> None:
    state = sell(rig, TEA.code, FIRST)
    assert state.receipt is not None
    assert state.receipt.coupons == (FIRST_ID,)
    assert state.receipt.spent == (SpentCoupon(FIRST_ID, "next", single=True),)
    assert rows_of(rig) == [(FIRST_ID, state.receipt.receipt_id, state.receipt.number, 0)]
    state = do(rig, c.Scan(TEA.code), c.Scan(FIRST))
    assert (said(state), state.basket.coupons) == ("coupon.spent_by", ())
    assert state.notice is not None
    assert state.notice.said.args["number"] == "T1-000001"


def test_only_coupons_that_count_are_kept(rig: Rig) -> None:
    sell(rig, TEA.code, "VSEM")
    assert rows_of(rig) == []
    state = sell(rig, CARD, TEA.code, "SVOI")
    assert state.receipt is not None
    assert [(each.series, each.single, each.counted) for each in state.receipt.spent] == [("own", False, True)]
    assert rows_of(rig) == []


def test_a_coupon_on_a_receipt_that_gave_nothing_for_it_is_not_spent(rig: Rig) -> None:
    # without a card "SVOI" is not good
    sell(rig, TEA.code, "SVOI")
    assert rows_of(rig) == []


def test_a_member_s_uses_are_counted_here(rig: Rig) -> None:
    sell(rig, CARD, TEA.code, "SVOI")
    state = do(rig, c.Scan(CARD), c.Scan(TEA.code), c.Type("SVOI"))
    assert (said(state), state.basket.coupons) == ("coupon.member_limit", ())


def test_a_member_s_use_is_given_back_with_all_of_the_receipt(rig: Rig) -> None:
    state = sell(rig, CARD, TEA.code, "SVOI")
    assert state.receipt is not None
    do(rig, c.BeginReturn(state.receipt.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    state = do(rig, c.Scan(CARD), c.Scan(TEA.code), c.Type("SVOI"))
    assert state.basket.coupons == ("SVOI",)


def told(rig: Rig, coupon_id: str, number: str) -> None:
    """The head office says who has used a coupon."""
    rows = [FeedRow(coupon_id, 1, msgspec.Raw(canonical(SpentRow(number))))]
    rig.store.cache.install(rows, cursor_to("spent", bucket_of(coupon_id), rows))


def test_a_coupon_that_another_till_has_taken_is_refused_with_its_receipt(rig: Rig) -> None:
    told(rig, FIRST_ID, "T2-000017")
    state = do(rig, c.Scan(TEA.code), c.Scan(FIRST))
    assert (said(state), state.basket.coupons) == ("coupon.spent_by", ())
    assert state.notice is not None
    assert state.notice.said.args["number"] == "T2-000017"


def test_a_coupon_taken_elsewhere_since_it_was_put_on_the_receipt_is_refused_at_the_payment(rig: Rig) -> None:
    do(rig, c.Scan(TEA.code), c.Scan(FIRST))
    told(rig, FIRST_ID, "T2-000017")
    state = do(rig, c.Pay(), c.Tender("cash"))
    assert said(state) == "coupon.spent_by"
    assert rows_of(rig) == []


def test_what_came_back_here_is_free_though_the_head_office_has_not_heard_of_it(rig: Rig) -> None:
    state = sell(rig, TEA.code, FIRST)
    assert state.receipt is not None
    told(rig, FIRST_ID, state.receipt.number)
    do(rig, c.BeginReturn(state.receipt.number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert said(do(rig, c.Scan(TEA.code), c.Scan(FIRST))) == "coupon.added"


def test_a_coupon_is_free_again_once_the_whole_receipt_has_come_back(rig: Rig) -> None:
    state = sell(rig, TEA.code, CUP.code, FIRST)
    assert state.receipt is not None
    number = state.receipt.number
    do(rig, c.BeginReturn(number), c.SetReturn(1), c.ConfirmReturn("cash"))
    assert said(do(rig, c.Scan(TEA.code), c.Scan(FIRST))) == "coupon.spent_by"
    do(rig, c.VoidReceipt(), c.BeginReturn(number), c.ReturnAll(), c.ConfirmReturn("cash"))
    assert rows_of(rig) == [(FIRST_ID, state.receipt.receipt_id, number, 1)]
    assert said(do(rig, c.Scan(TEA.code), c.Scan(FIRST))) == "coupon.added"


def test_a_coupon_spent_since_it_was_put_on_the_receipt_is_refused_before_anything_is_recorded(rig: Rig) -> None:
    state = do(rig, c.Scan(TEA.code), c.Scan(FIRST))
    basket, quote = state.basket, state.quote
    assert quote is not None
    sell(rig)
    before = rig.store.journal.verify()

    def again() -> None:
        effect = c.CommitSale(basket, quote, ())
        with pytest.raises(Exception, match=r"coupon\.spent_by"):
            rig.records.sale(effect, rig.records.shift_now(), rig.engine.around())

    rig.engine.call(again)
    assert rig.store.journal.verify() == before
    assert rig.store.journal.prepared() == ()


def test_a_signed_coupon_is_taken_once_by_the_key_of_enrolment(rig: Rig) -> None:
    ticket = ticket_bytes(Ticket("GIFT", "00" * 6, "2026-12-31", "", shop_mark(identity().server_key)))
    good = signed_code(ticket, OFFICE.sign(to_sign(ticket)))
    forged = signed_code(ticket, OFFICE.sign(ticket))
    assert said(do(rig, c.Scan(TEA.code), c.Scan(forged))) == "coupon.forged"
    sell(rig, good)
    assert [row[0] for row in rows_of(rig)] == [coupon_id("signed", "GIFT", "00" * 6)]
    assert said(do(rig, c.Scan(TEA.code), c.Scan(good))) == "coupon.spent_by"


def test_coupons_issued_with_a_receipt_stand_on_it_and_on_paper_and_are_good_here(rig: Rig) -> None:
    state = sell(rig, CUP.code)
    receipt = state.receipt
    assert receipt is not None
    codes = [issued_code("NEXT", receipt.receipt_id, 1), issued_code("NEXT", receipt.receipt_id, 2)]
    assert [each.code for each in receipt.issued] == codes
    paper = "\n".join(state.slip)
    assert all(code in paper for code in codes)
    assert rig.store.journal.receipt(receipt.number) == receipt
    assert said(do(rig, c.Scan(TEA.code), c.Scan(codes[1]))) == "coupon.added"
    back = do(rig, c.VoidReceipt(), c.BeginReturn(receipt.number), c.ReturnAll(), c.ConfirmReturn("cash")).receipt
    assert back is not None
    assert (back.issued, back.coupons) == ((), ())


def test_the_basket_of_a_sale_that_never_completed_comes_back_with_what_was_asked_for(rig: Rig) -> None:
    state = do(rig, c.Scan(TEA.code), c.Scan(FIRST))
    kept = msgspec.structs.replace(state.basket, asked=("a",), choices={"b": "1"}, payment="card")
    rig.store.journal.prepare("ab" * 16, msgspec.json.encode(Begun(kept)), 1)
    again = rig.effects.resume(rig.engine.around())
    assert again.basket == kept
    assert [each.used for each in again.coupons] == [True]
