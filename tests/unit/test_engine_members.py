"""Members at the till: the head office's word, own receipts on top of it, and who was enrolled here a moment ago."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from loyalty.codes import gtin_is_valid
from loyalty.documents.programme_file import parse_programme
from loyalty.events import MemberEnrolled, bucket_of, canonical, decode_body, decode_envelope
from loyalty.feed import Applied, BalanceRow, FeedRow
from loyalty.member import Member
from loyalty.statuses.progress import Progress, SeasonFigures
from loyalty.statuses.tiers import Figures, done_in
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import ANNA, BLOCKED, CARD, NOON, PHONE, PROGRAMME, TEA
from tests.support.queue_samples import cursor_to
from tests.support.small_till import ANNAS_POINTS, Rig, do, make_till, opened_rig, said

NEWCOMER = "+79261112233"
TODAY = 20_717
"""21 September 2026 as a number since 1 January 1970."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def found(rig: Rig, text: str) -> Member:
    """Who a scan finds, on an empty counter."""
    state = do(rig, c.Back(), c.Scan(text) if text.isdigit() else c.Type(text))
    assert state.basket.member is not None, said(state)
    do(rig, c.VoidReceipt())
    return state.basket.member


def done(member: Member) -> Figures:
    """What counts this season."""
    return done_in(parse_programme(PROGRAMME), member.progress, 0)


def buy_tea(rig: Rig, pieces: int, *before_paying: c.Command) -> State:
    return do(rig, c.Scan(CARD), *[c.Scan(TEA.code)] * pieces, *before_paying, c.Pay(), c.Tender("cash"))


def head_office_says(rig: Rig, points: int, spend_minor: int, applied: Applied) -> None:
    """A newer balance of Anna's, which includes this till's events up to `applied`."""
    account = ANNA.account_id
    balance = BalanceRow(
        account, {"main": points}, Progress((SeasonFigures("2026", spend_minor, receipts=1, days=(TODAY,)),))
    )
    rows = [FeedRow(account, 2, msgspec.Raw(canonical(balance)))]
    rig.store.cache.install(rows, cursor_to("bal", bucket_of(account), rows, applied, NOON.at_ms))


def test_own_receipts_change_the_balance_at_once(rig: Rig) -> None:
    assert found(rig, CARD).balance_points == ANNAS_POINTS
    buy_tea(rig, 4)
    member = found(rig, CARD)
    assert member.balance_points == ANNAS_POINTS + 20
    assert done(member) == Figures(400_00, visits=1, receipts=1, points=20)


def test_points_spent_offline_are_gone_at_once(rig: Rig) -> None:
    state = buy_tea(rig, 4, c.SpendPoints(30))
    assert state.receipt is not None
    assert (state.receipt.redeemed_points, state.receipt.offline) == (30, True)
    assert found(rig, CARD).balance_points == ANNAS_POINTS - 30 + state.receipt.earned_points


def test_what_the_head_office_has_counted_is_not_counted_twice(rig: Rig) -> None:
    buy_tea(rig, 4)
    buy_tea(rig, 2)
    head_office_says(rig, ANNAS_POINTS + 20, 400_00, Applied(1, 2))
    member = found(rig, CARD)
    assert member.balance_points == ANNAS_POINTS + 20 + 10
    assert done(member) == Figures(600_00, visits=1, receipts=2, points=10)
    head_office_says(rig, ANNAS_POINTS + 30, 600_00, Applied(1, 3))
    assert found(rig, CARD).balance_points == ANNAS_POINTS + 30


def test_a_phone_in_any_spelling_and_a_card_find_the_same_member(rig: Rig) -> None:
    for spelling in (PHONE, "8 (903) 123-45-67", "9031234567"):
        member = found(rig, spelling)
        assert (member.member_id, member.identified_by) == (ANNA.member_id, "phone")
    assert found(rig, CARD).identified_by == "card"


def test_a_member_enrolled_here_is_found_at_once_by_phone_and_by_card(rig: Rig) -> None:
    state = do(rig, c.Enrol(NEWCOMER, "Петров Пётр Ильич", processing=True))
    assert said(state) == "member.enrolled"
    enrolled = state.basket.member
    assert enrolled is not None
    assert enrolled.name_masked == "Пётр П."
    assert gtin_is_valid(enrolled.card)
    assert enrolled.card.startswith(rig.store.identity.card_prefix)
    do(rig, c.VoidReceipt())
    for text in (NEWCOMER, enrolled.card):
        member = found(rig, text)
        assert (member.member_id, member.card, member.status) == (enrolled.member_id, enrolled.card, "basic")


def test_who_was_enrolled_here_earns_from_the_first_receipt_on_and_after_a_restart(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "till") as rig:
        do(rig, c.OpenShift("Ольга"), c.Enrol(NEWCOMER, processing=True), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    with opened_rig(tmp_path / "till") as rig:
        assert found(rig, NEWCOMER).balance_points == 5
        state = do(rig, c.Enrol("+79265554433", processing=True))
        assert state.basket.member is not None
        assert state.basket.member.card != found(rig, NEWCOMER).card


def test_a_phone_that_has_a_member_enrols_nobody_else(rig: Rig) -> None:
    events = rig.store.journal.verify()
    for phone in (PHONE, NEWCOMER):
        do(rig, c.Enrol(phone, processing=True), c.VoidReceipt())
        assert said(do(rig, c.Enrol(phone, processing=True))) == "member.exists"
    assert rig.store.journal.verify() == events + 1


def test_a_phone_never_reaches_the_journals_events(rig: Rig) -> None:
    do(rig, c.Enrol(NEWCOMER, "Петров Пётр", processing=True))
    raws = rig.store.journal.read(lambda connection: connection.execute("SELECT raw FROM event").fetchall())
    text = b"".join(raw for (raw,) in raws)
    assert NEWCOMER.encode() not in text
    assert "Петров".encode() not in text


def test_a_blocked_card_is_found_and_said_to_be_blocked(rig: Rig) -> None:
    state = do(rig, c.Scan(BLOCKED), c.Scan(TEA.code))
    assert state.basket.member is not None
    assert state.basket.member.blocked
    assert state.quote is not None
    assert state.quote.earned_points == 0


def test_an_unknown_phone_is_said_with_its_last_digits_alone(rig: Rig) -> None:
    state = do(rig, c.Type("+79990001122"))
    assert said(state) == "member.unknown"
    assert state.notice is not None
    assert state.notice.said.args["key"] == "•••1122"


REFERRING = PROGRAMME + "\n[referral]\ninviter_points = 200\nmin_total_minor = 100_00\n"


@pytest.fixture
def referring(tmp_path: Path) -> Iterator[Rig]:
    make_till(tmp_path / "referring", programme=REFERRING)
    with opened_rig(tmp_path / "referring") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def enrolled_as(rig: Rig) -> MemberEnrolled:
    """The last event of the journal."""
    raw = rig.store.journal.read(lambda files: files.execute("SELECT raw FROM event ORDER BY place DESC").fetchone()[0])
    body = decode_body(decode_envelope(raw))
    assert isinstance(body, MemberEnrolled)
    return body


@pytest.mark.parametrize("inviter", [CARD, PHONE, "8 (903) 123-45-67"])
def test_who_invited_a_member_is_in_the_event_with_the_terms_of_the_day(referring: Rig, inviter: str) -> None:
    assert said(do(referring, c.Enrol(NEWCOMER, processing=True, invited_by=inviter))) == "member.enrolled"
    body = enrolled_as(referring)
    assert body.invited is not None
    assert (body.invited.account_id, body.invited.member_id) == (ANNA.account_id, body.member_id)
    assert (body.invited.points, body.invited.min_total_minor) == (200, 100_00)
    assert body.invited.date == NOON.local_date


@pytest.mark.parametrize("inviter", ["2990001099993", "+79990000000", "Анна"])
def test_who_is_not_known_cannot_have_invited_and_nobody_is_enrolled(referring: Rig, inviter: str) -> None:
    events = referring.store.journal.verify()
    assert said(do(referring, c.Enrol(NEWCOMER, processing=True, invited_by=inviter))) == "member.no_inviter"
    assert referring.store.journal.verify() == events


def test_nobody_invited_is_as_good_and_without_the_rule_nothing_is_written_down(referring: Rig, rig: Rig) -> None:
    do(referring, c.Enrol(NEWCOMER, processing=True, invited_by=" "))
    assert enrolled_as(referring).invited is None
    do(rig, c.Enrol(NEWCOMER, processing=True, invited_by=CARD))
    assert enrolled_as(rig).invited is None
