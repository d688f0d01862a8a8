"""Gift cards over a real till: what is on a card is the head office's word and the till's own receipts since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from loyalty.catalogue import Price, Product
from loyalty.codes import card_number
from loyalty.errors import NotNow
from loyalty.events import bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow
from loyalty.gift_card import GIFT_WALLET, gift_card
from loyalty.receipt import Payment
from terminal.gift_cards import held_card
from terminal.offline_queue.journal_read import receipt_of
from terminal.session import Link
from terminal.session import commands as c
from tests.support.counter import CARD, NOON, PROGRAMME, TEA, gtin
from tests.support.queue_samples import cursor_to
from tests.support.small_till import GOODS, Rig, begin_return, do, make_till, opened_rig, said

GIFT = Product(gtin(9), "Подарочная карта", (Price(1000_00),), vat="none", gift_card=True)
NUMBER, NEW = card_number("298", 1), card_number("298", 2)
LOADED = gift_card(NUMBER)
NOTHING = Applied()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """300.00 on one card, by the head office's word of NOON; the link is up."""
    make_till(tmp_path / "till", programme=PROGRAMME + "\n[gift_cards]\noffline_max_minor = 5000\n")
    with opened_rig(tmp_path / "till") as opened:
        goods = [FeedRow(each.code, 1, msgspec.Raw(canonical(each))) for each in (*GOODS, GIFT)]
        opened.store.cache.install(goods, cursor_to("goods", 0, goods), afresh=True)
        told(opened, 300_00)
        opened.engine.link_changed(Link(online=True))
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def told(rig: Rig, balance_minor: int, applied: Applied = NOTHING, seq: int = 1) -> None:
    row = BalanceRow(LOADED.account_id, {GIFT_WALLET: balance_minor})
    rows = [FeedRow(LOADED.account_id, seq, msgspec.Raw(canonical(row)))]
    to = cursor_to("bal", bucket_of(LOADED.account_id), rows, applied, NOON.at_ms)
    rig.store.cache.install(rows, to, afresh=True)


def left_minor(rig: Rig, number: str = NUMBER) -> int:
    return held_card(rig.store, gift_card(number)).balance_minor


def test_a_card_pays_and_its_own_till_knows_what_is_left(rig: Rig) -> None:
    state = do(rig, c.Scan(CARD), c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    assert state.receipt is not None
    assert state.receipt.payments == (Payment("gift_card", 100_00, LOADED, 200_00),)
    assert left_minor(rig) == 200_00
    assert rig.store.journal.verify() == 3, "the shift, the receipt, the card"


def test_what_the_head_office_has_applied_is_not_taken_off_twice(rig: Rig) -> None:
    do(rig, c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    told(rig, 200_00, Applied(1, 3), seq=2)
    assert left_minor(rig) == 200_00


def test_a_new_card_is_loaded_once_the_receipt_is_complete(rig: Rig) -> None:
    do(rig, c.Scan(GIFT.code), c.Scan(NEW), c.Pay())
    assert left_minor(rig, NEW) == 0
    do(rig, c.Tender("cash"))
    assert left_minor(rig, NEW) == 1000_00


def test_a_card_loaded_before_has_more(rig: Rig) -> None:
    do(rig, c.Scan(GIFT.code), c.Scan(NUMBER), c.Pay(), c.Tender("card"))
    assert left_minor(rig) == 1300_00


def test_the_receipt_and_its_card_are_one_transaction_and_the_number_is_in_neither(rig: Rig) -> None:
    do(rig, c.Scan(GIFT.code), c.Scan(NEW), c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    do(rig, c.Tender("cash"))
    rows = rig.store.journal.read(lambda q: q.execute("SELECT type, raw FROM event ORDER BY seq").fetchall())
    assert [kind for kind, _ in rows] == ["shift_opened", "sale_completed", "gift_card_moved", "gift_card_moved"]
    assert not any(number.encode() in raw for _, raw in rows for number in (NUMBER, NEW))
    assert receipt_of(rows[1][1]).loaded_minor == 1000_00


def test_offline_a_card_pays_up_to_the_programme_s_limit(rig: Rig) -> None:
    rig.engine.link_changed(Link(online=False))
    state = do(rig, c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    assert [tender.amount_minor for tender in state.tenders] == [50_00]


def test_an_old_figure_counts_as_offline(rig: Rig) -> None:
    rig.now_ms += 3600_001
    state = do(rig, c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    assert state.notice is not None
    assert state.notice.hint is not None
    assert state.notice.hint.code == "gift_card.stale"


def test_what_a_client_has_spent_meanwhile_is_refused_at_the_end_and_the_receipt_goes_on(rig: Rig) -> None:
    """The card was shown with 300.00; a client of the same till then takes 250.00 of it."""
    state = do(rig, c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER))
    assert state.quote is not None
    assert state.gift_card is not None
    taken = c.CommitSale(state.basket, state.quote, (Payment("gift_card", 100_00, LOADED),))

    def by_client() -> None:
        for _ in range(2):
            rig.records.sale(taken, rig.records.shift_now(), rig.engine.around())

    rig.engine.call(by_client)
    assert left_minor(rig) == 100_00
    rig.engine.call(lambda: rig.records.sale(taken, rig.records.shift_now(), rig.engine.around()))
    with pytest.raises(NotNow) as refused:
        rig.engine.call(lambda: rig.records.sale(taken, rig.records.shift_now(), rig.engine.around()))
    assert refused.value.code == "gift_card.empty"
    state = do(rig, c.Tender("gift_card"))
    assert (state.mode, said(state), state.tenders) == ("pay", "gift_card.empty", ())
    assert do(rig, c.Tender("cash")).mode == "done"


def test_a_return_gives_back_to_the_card_what_it_paid(rig: Rig) -> None:
    state = do(rig, c.Scan(TEA.code), c.Pay(), c.Scan(NUMBER), c.Tender("gift_card", 60_00), c.Tender("cash"))
    assert state.receipt is not None
    begin_return(rig.engine, state.receipt.number)
    state = do(rig, c.ReturnAll(), c.ConfirmReturn("cash"))
    assert state.receipt is not None
    assert state.receipt.payments == (Payment("gift_card", 60_00, LOADED), Payment("cash", 40_00))
    assert left_minor(rig) == 300_00


def test_a_gift_card_is_taken_back_while_all_its_money_is_on_it(rig: Rig) -> None:
    number = _loaded(rig)
    begin_return(rig.engine, number)
    state = do(rig, c.ReturnAll(), c.ConfirmReturn("cash"))
    assert (state.mode, left_minor(rig)) == ("done", 300_00)


def test_a_gift_card_is_not_taken_back_once_its_money_is_spent(rig: Rig) -> None:
    number = _loaded(rig)
    do(rig, *[c.Scan(TEA.code)] * 4, c.Pay(), c.Scan(NUMBER), c.Tender("gift_card"))
    assert left_minor(rig) == 900_00
    begin_return(rig.engine, number)
    state = do(rig, c.ReturnAll(), c.ConfirmReturn("cash"))
    assert (state.mode, said(state)) == ("return", "gift_card.return_used")


def test_a_gift_card_is_not_taken_back_while_nobody_knows_what_is_on_it(rig: Rig) -> None:
    number = _loaded(rig)
    rig.engine.link_changed(Link(online=False))
    begin_return(rig.engine, number)
    state = do(rig, c.ReturnAll(), c.ConfirmReturn("cash"))
    assert (state.mode, said(state)) == ("return", "gift_card.return_unknown")


def _loaded(rig: Rig) -> str:
    """1,000.00 more on the card."""
    state = do(rig, c.Scan(GIFT.code), c.Scan(NUMBER), c.Pay(), c.Tender("cash"))
    assert state.receipt is not None
    return state.receipt.number
