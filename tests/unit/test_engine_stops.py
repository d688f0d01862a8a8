"""Stops at a till: the sentence, baskets quoted from then on, the receipt, and what is on screen already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.documents.programme_file import parse_programme
from loyalty.events import canonical
from loyalty.feed import FeedRow, ProgrammeRow
from loyalty.quoted import Quote
from loyalty.stops import NO_STOPS, Stop, Stops
from loyalty.stops_told import STOPS_ID, STOPS_KEY, stops_document
from terminal.session import Link, State
from terminal.session import commands as c
from tests.support.counter import CARD, PROGRAMME, TEA
from tests.support.queue_samples import OFFICE, cursor_to, programme_row
from tests.support.small_till import Rig, do, make_till, opened_rig

TEN = """
[[campaign]]
id = "ten"
name = { ru = "Десять", en = "Ten" }
reward = { type = "amount", amount_minor = 10_00, per = "receipt" }
"""
RULES = PROGRAMME + TEN
WHY = Stop("a wrong price", 1)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "till", programme=RULES)
    with opened_rig(tmp_path / "till") as opened:
        do(opened, c.OpenShift("Ольга"))
        yield opened


def hear(rig: Rig, stops: Stops, number: int = 1, signer: Ed25519PrivateKey = OFFICE) -> State:
    """A round that brings the head office's row of stops."""
    document = stops_document(stops)
    row = ProgrammeRow(STOPS_ID, number, document, signer.sign(document.encode()).hex())
    told = FeedRow(STOPS_KEY, 1 + number, msgspec.Raw(canonical(row)))
    rows = [programme_row(RULES, id=parse_programme(RULES).id), told]
    rig.store.cache.install(rows, cursor_to("programmes", 0, rows))
    rig.engine.link_changed(Link(online=True), programme_changed=True)
    return rig.engine.call(lambda: rig.engine.view().state)


def quoted(rig: Rig) -> Quote:
    quote = rig.engine.view().state.quote
    assert isinstance(quote, Quote)
    return quote


def test_the_open_receipt_is_priced_anew_and_the_cashier_is_told(rig: Rig) -> None:
    do(rig, c.Type(TEA.code))
    assert quoted(rig).total_minor == 90_00
    notice = hear(rig, Stops({"ten": WHY})).notice
    assert notice is not None
    assert (notice.level, notice.said.code, notice.said.args["reason"]) == ("warn", "stop.told", "a wrong price")
    (told,) = [each for each in quoted(rig).explanations if each.campaign_id == "ten"]
    assert (quoted(rig).total_minor, told.said.code) == (100_00, "stop.campaign")


def test_two_stops_at_once_are_said_in_one_notice(rig: Rig) -> None:
    notice = hear(rig, Stops({"ten": WHY}, WHY)).notice
    assert notice is not None
    assert notice.hint is not None
    assert (notice.said.code, notice.hint.code) == ("stop.redemption", "stop.told")


def test_the_receipt_says_what_was_stopped(rig: Rig) -> None:
    hear(rig, Stops({"ten": WHY}, WHY))
    receipt = do(rig, c.Type(TEA.code), c.Pay(), c.Tender("cash")).receipt
    assert receipt is not None
    assert (receipt.total_minor, receipt.stopped, receipt.redemption_stopped) == (100_00, ("ten",), True)


def test_in_payment_the_new_total_is_said_before_money_is_counted_against_it(rig: Rig) -> None:
    do(rig, c.Type(TEA.code), c.Pay())
    hear(rig, Stops({"ten": WHY}))
    state = do(rig, c.Tender("cash"))
    assert state.notice is not None
    assert (state.mode, state.notice.said.code, state.total_minor) == ("pay", "pay.total_cash", 100_00)
    receipt = do(rig, c.Tender("cash")).receipt
    assert receipt is not None
    assert (receipt.total_minor, receipt.stopped) == (100_00, ("ten",))


def test_points_are_not_spent_while_spending_is_stopped(rig: Rig) -> None:
    hear(rig, Stops(redemption=WHY))
    do(rig, c.Type(TEA.code), c.Scan(CARD), c.SpendPoints())
    limit = quoted(rig).redemption.limit
    assert limit is not None
    assert (quoted(rig).redeemed_points, limit.code) == (0, "stop.redemption")


def test_what_is_resumed_works_again_and_is_told(rig: Rig) -> None:
    hear(rig, Stops({"ten": WHY}))
    notice = hear(rig, NO_STOPS, 2).notice
    do(rig, c.Type(TEA.code))
    assert notice is not None
    assert (notice.said.code, quoted(rig).total_minor) == ("stop.resumed", 90_00)


def test_a_row_the_head_office_has_not_signed_stops_nothing(rig: Rig) -> None:
    hear(rig, Stops({"ten": WHY}), signer=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    do(rig, c.Type(TEA.code))
    assert quoted(rig).total_minor == 90_00


def test_a_stop_is_in_force_after_a_restart(rig: Rig, tmp_path: Path) -> None:
    hear(rig, Stops({"ten": WHY}))
    rig.close()
    with opened_rig(tmp_path / "till") as again:
        do(again, c.Type(TEA.code))
        assert quoted(again).total_minor == 100_00
