"""Budgets through the engine, over a real journal: given within the till's share, counted with every receipt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import ShareGiven, SharesAsk, SharesReply, ShareTold
from loyalty.errors import NotNow
from loyalty.quote import Quote
from loyalty.receipt import Payment
from loyalty.shares import Amount, Share
from terminal.offline_queue.journal_shares import keep_shares
from terminal.session import commands as c
from tests.support.counter import PROGRAMME, TEA
from tests.support.small_till import Rig, do, make_till, opened_rig

BUDGETS = """
[[campaign]]
id = "ten"
name = { ru = "Десять", en = "Ten" }
reward = { type = "amount", amount_minor = 10_00, per = "receipt" }
budget = { times = 100, per_store = { minor = 50_000 } }

[[campaign]]
id = "elsewhere"
name = { ru = "Не здесь", en = "Elsewhere" }
reward = { type = "amount", amount_minor = 1_00, per = "receipt" }
conditions = [{ type = "stores", stores = ["s9"] }]
budget = { times = 100 }
"""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "till", programme=PROGRAMME + BUDGETS)
    with opened_rig(tmp_path / "till") as opened:
        do(opened, c.OpenShift("Ольга"))
        yield opened


def grant(rig: Rig, times: int, minor: int = 50_000, ended: bool = False) -> None:
    """The head office's answer to what the till asks."""
    given = ShareGiven("ten", Amount(times, minor), ended)
    asked = SharesAsk((ShareTold("ten", used=share(rig).used),))
    rig.store.shares.take(asked, SharesReply((given,)))
    do(rig, c.Refresh())


def sell(rig: Rig) -> int:
    """A sale of one tea at 100.00; what it took off."""
    state = do(rig, c.Type(TEA.code), c.Pay(), c.Tender("cash"))
    assert state.mode == "done"
    assert state.receipt is not None
    return state.receipt.discount_minor


def share(rig: Rig) -> Share:
    return rig.store.shares.left()[1]["ten"]


def blocked(rig: Rig) -> str:
    quote = do(rig, c.Type(TEA.code)).quote
    assert isinstance(quote, Quote)
    (told,) = [each for each in quote.explanations if each.campaign_id == "ten"]
    assert (told.outcome, quote.discount_minor) == ("blocked", 0)
    return told.said.code


def test_a_till_that_has_heard_of_no_share_gives_nothing_and_says_so(rig: Rig) -> None:
    assert blocked(rig) == "limit.no_share"


def test_a_till_gives_its_share_to_the_last_and_then_says_that_it_is_used_up(rig: Rig) -> None:
    grant(rig, 2)
    assert [sell(rig), sell(rig)] == [10_00, 10_00]
    assert blocked(rig) == "limit.share_times"


def test_of_a_budget_nothing_is_left_of_the_till_says_that_it_is_spent(rig: Rig) -> None:
    grant(rig, 1, ended=True)
    assert sell(rig) == 10_00
    assert blocked(rig) == "limit.budget"


def test_the_open_receipt_is_priced_anew_when_a_share_comes(rig: Rig) -> None:
    assert blocked(rig) == "limit.no_share"
    grant(rig, 1)
    quote = rig.engine.view().state.quote
    assert quote is not None
    assert quote.discount_minor == 10_00


def test_what_was_given_is_known_to_the_next_start_with_all_lost_but_the_journal(tmp_path: Path) -> None:
    make_till(tmp_path / "till", programme=PROGRAMME + BUDGETS)
    with opened_rig(tmp_path / "till") as rig:
        do(rig, c.OpenShift("Ольга"))
        grant(rig, 2)
        sell(rig)
        kept = rig.store.journal.shares({"ten"})
    for lost in ("cache.db", "journal-index.db"):
        (tmp_path / "till" / lost).unlink()
    with opened_rig(tmp_path / "till") as rig:
        assert rig.store.journal.shares({"ten"}) == kept == {"ten": Share(Amount(2, 50_000), Amount(1, 10_00))}


def test_a_late_answer_makes_no_share_smaller(rig: Rig) -> None:
    grant(rig, 3)
    grant(rig, 2, minor=90_000)
    assert share(rig).granted == Amount(3, 90_000)


def test_a_return_here_gives_back_what_was_given_here(rig: Rig) -> None:
    grant(rig, 1)
    sell(rig)
    receipt = rig.engine.view().state.receipt
    assert receipt is not None
    assert share(rig).used == Amount(1, 10_00)
    effect = c.CommitReturn(receipt, {}, {1: 1000}, "cash")
    rig.records.take_back(effect, rig.records.shift_now(), rig.engine.around())
    assert share(rig).used == Amount()
    assert sell(rig) == 10_00


def test_a_return_of_another_till_s_sale_gives_nothing_back(rig: Rig) -> None:
    grant(rig, 1)
    sell(rig)
    receipt = rig.engine.view().state.receipt
    assert receipt is not None
    other = type(receipt)(**{name: getattr(receipt, name) for name in receipt.__struct_fields__} | {
        "receipt_id": "0" * 31 + "9", "number": "T9-000001", "terminal": "9" * 32,
    })  # fmt: skip
    effect = c.CommitReturn(other, {}, {1: 1000}, "cash")
    rig.records.take_back(effect, rig.records.shift_now(), rig.engine.around())
    assert share(rig).used == Amount(1, 10_00)


def test_a_sale_quoted_before_another_took_the_last_is_refused_and_nothing_is_recorded(rig: Rig) -> None:
    grant(rig, 1)
    around = rig.engine.around()
    state = do(rig, c.Type(TEA.code))
    assert state.quote is not None
    assert state.quote.discount_minor == 10_00
    effect = c.CommitSale(state.basket, state.quote, (Payment("cash", 90_00),))
    rig.records.sale(effect, rig.records.shift_now(), around)
    pending = rig.store.journal.pending_count()
    with pytest.raises(NotNow) as refused:
        rig.records.sale(effect, rig.records.shift_now(), around)
    assert refused.value.code == "budget.taken"
    assert rig.store.journal.pending_count() == pending


# -- what is asked, and when


def test_a_new_campaign_is_asked_for_once_and_one_of_other_stores_never(rig: Rig) -> None:
    rig.engine.around()
    assert rig.store.shares.ask() == SharesAsk((ShareTold("ten"),))
    grant(rig, 5)
    assert not rig.store.shares.due()


def test_what_has_been_given_is_told_and_then_nothing_more_is(rig: Rig) -> None:
    grant(rig, 5)
    sell(rig)
    assert rig.store.shares.ask() == SharesAsk((ShareTold("ten", Amount(5, 50_000), Amount(1, 10_00)),))
    grant(rig, 5)
    assert not rig.store.shares.due()


def test_a_customer_who_could_not_have_it_is_told_of_until_the_answer(rig: Rig) -> None:
    grant(rig, 1)
    sell(rig)
    blocked(rig)
    (told,) = rig.store.shares.ask().shares
    assert told.wanted == Amount(1)
    rig.store.shares.take(SharesAsk((told,)), SharesReply((ShareGiven("ten", Amount(1, 50_000), True),)))
    assert not rig.store.shares.due()


def test_the_last_of_the_money_given_is_wanted_as_well(rig: Rig) -> None:
    grant(rig, 5, minor=4_00)
    quote = do(rig, c.Type(TEA.code)).quote
    assert quote is not None
    assert quote.discount_minor == 4_00
    (told,) = rig.store.shares.ask().shares
    assert told.wanted == Amount(minor=10_00)


def test_a_campaign_the_head_office_does_not_speak_of_is_not_asked_for_again(rig: Rig) -> None:
    asked = rig.store.shares.ask()
    rig.store.shares.take(asked, SharesReply(()))
    assert not rig.store.shares.due()
    assert blocked(rig) == "limit.no_share"
    assert not rig.store.shares.due()


def test_a_share_answered_under_another_programme_is_asked_for_anew(rig: Rig) -> None:
    rig.store.journal.write(
        lambda connection: keep_shares(connection, (ShareGiven("ten", Amount(5)),), {"ten": Amount()}, "corner/0")
    )
    assert rig.store.shares.due()
