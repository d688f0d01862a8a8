"""A till that cannot ask the head office lets members spend within its rights, and remembers what it let them spend."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from loyalty.errors import NotNow
from loyalty.events import RightReleased, bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow
from loyalty.quote import quote
from loyalty.receipt import Payment
from loyalty.rights import DAY_S, SpentRight
from loyalty.sentences import sentence
from terminal.offline_queue.aside import left_aside
from terminal.rights import long_unseen
from terminal.session import Link, State
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, NOON, PROGRAMME, TEA
from tests.support.queue_samples import cursor_to, hex_id
from tests.support.small_till import Rig, make_till, opened_rig

ACCOUNT = "aa" * 16
RULES = PROGRAMME.replace("member_max_points = 210", "member_max_points = 50\ntill_max_points = 70")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Anna has 200 points; 30 a receipt, 50 a member, 70 in all; there is no link."""
    make_till(tmp_path / "till", programme=RULES)
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        yield opened


def offered(rig: Rig) -> tuple[int, str]:
    """What may be spent on a cup by Anna now, and why no more."""
    rig.engine.dispatch(c.VoidReceipt())
    for command in (c.Scan(CARD), c.Scan(CUP.code)):
        rig.engine.dispatch(command)
    quote = rig.engine.view().state.quote
    assert quote is not None
    assert quote.redemption.limit is not None
    return quote.redemption.allowed_points, quote.redemption.limit.code


def spend(rig: Rig, points: int) -> State:
    offered(rig)
    for command in (c.SpendPoints(points), c.Pay(), c.Tender("cash")):
        rig.engine.dispatch(command)
    return rig.engine.view().state


def told(rig: Rig, points: int, applied: Applied, seq: int) -> None:
    """The head office's word of Anna's balance, with this till's events up to a place in it."""
    rows = [FeedRow(ACCOUNT, seq, msgspec.Raw(canonical(BalanceRow(ACCOUNT, {"main": points}))))]
    rig.store.cache.install(rows, cursor_to("bal", bucket_of(ACCOUNT), rows, applied, NOON.at_ms), afresh=True)


def test_what_was_spent_on_credit_counts_until_the_head_office_has_settled_it(rig: Rig) -> None:
    assert offered(rig) == (30, "redeem.offline")
    sold = spend(rig, 30).receipt
    assert sold is not None
    assert (sold.offline, sold.rights) == (True, (SpentRight("credit", 30),))
    assert offered(rig) == (20, "rights.member")
    spend(rig, 20)
    assert offered(rig) == (0, "rights.member")
    told(rig, 170, Applied(1, 2), 2)
    assert offered(rig) == (30, "redeem.offline")
    told(rig, 150, Applied(1, 3), 3)
    assert offered(rig) == (30, "redeem.offline")


def test_a_balance_that_is_fresh_needs_no_right(rig: Rig) -> None:
    rig.engine.link_changed(Link(online=True))
    sold = spend(rig, 60).receipt
    assert sold is not None
    assert (sold.redeemed_points, sold.offline, sold.rights) == (60, False, ())
    rig.engine.link_changed(Link(online=False))
    assert offered(rig) == (30, "redeem.offline")


def test_what_was_spent_is_known_after_a_stop_and_with_the_index_gone(rig: Rig, tmp_path: Path) -> None:
    spend(rig, 30)
    rig.close()
    for name in ("journal-index.db", "journal-index.db-wal", "journal-index.db-shm"):
        (tmp_path / "till" / name).unlink(missing_ok=True)
    with opened_rig(tmp_path / "till") as again:
        assert offered(again) == (20, "rights.member")
        assert again.store.journal.differing() == ()


def test_a_return_gives_the_till_no_right_back(rig: Rig) -> None:
    sold = spend(rig, 30).receipt
    assert sold is not None
    for command in (c.BeginReturn(sold.number), c.ReturnAll(), c.ConfirmReturn("cash")):
        rig.engine.dispatch(command)
    assert len(rig.store.journal.returns_of(sold.receipt_id)) == 1
    rig.engine.dispatch(c.Back())
    assert offered(rig) == (20, "rights.member")


def test_a_till_s_own_limit_is_over_all_members(rig: Rig) -> None:
    other = "ab" * 16
    for _ in range(2):
        spend(rig, 25)
    index = rig.store.journal
    assert index.credit_spent(((ACCOUNT, Applied()),), {}) == (50, 50)
    assert index.credit_spent(((other, Applied()),), {}) == (0, 50)
    assert index.credit_spent(((ACCOUNT, Applied(1, 2)),), {bucket_of(ACCOUNT): Applied(1, 2)}) == (25, 25)


def test_a_link_that_goes_between_quote_and_commit_brings_the_cap_back(rig: Rig) -> None:
    rig.engine.link_changed(Link(online=True))
    offered(rig)
    rig.engine.dispatch(c.SpendPoints(60))
    state = rig.engine.view().state
    assert state.quote is not None
    shift = rig.records.shift_now()
    around = rig.engine.around(state.basket.member)
    offline = msgspec.structs.replace(around, standing=msgspec.structs.replace(around.standing, online=False))
    payment = c.CommitSale(state.basket, state.quote, (Payment("cash", state.quote.total_minor),))
    with pytest.raises(NotNow) as refused:
        rig.sales.sell(payment, shift, offline)
    assert refused.value.said == sentence("rights.taken", left_points=30)
    assert rig.store.journal.prepared() == ()


def test_two_quotes_of_the_same_points_cannot_both_be_recorded(rig: Rig) -> None:
    """A screen and a client of the agent quote before either has recorded: 30 and 30 are over 50."""
    offered(rig)
    rig.engine.dispatch(c.SpendPoints(30))
    state = rig.engine.view().state
    assert state.quote is not None
    commit = c.CommitSale(state.basket, state.quote, (Payment("cash", state.quote.total_minor),))
    shift = rig.records.shift_now()
    rig.sales.sell(commit, shift, rig.engine.around(state.basket.member))
    with pytest.raises(NotNow) as refused:
        rig.sales.sell(commit, shift, rig.engine.around(state.basket.member))
    assert refused.value.said == sentence("rights.taken", left_points=20)


def test_a_cache_that_is_too_old_spends_nothing(rig: Rig) -> None:
    rig.now_ms += 7 * DAY_S * 1000
    assert offered(rig) == (30, "redeem.offline")
    rig.now_ms += 1000
    assert offered(rig) == (0, "rights.old")


def test_a_revoked_till_spends_nothing_even_after_a_stop(rig: Rig, tmp_path: Path) -> None:
    rig.engine.link_changed(Link(online=True, problem=sentence("link.revoked")))
    assert offered(rig) == (0, "rights.revoked")
    rig.close()
    with opened_rig(tmp_path / "till") as again:
        assert offered(again) == (0, "rights.revoked")
        again.engine.link_changed(Link(online=True))
        assert offered(again) == (200, "redeem.balance")


def test_a_receipt_that_is_picked_must_be_checked(tmp_path: Path) -> None:
    make_till(tmp_path / "till", programme=RULES.replace("till_max_points", "online_one_in = 1\ntill_max_points"))
    with opened_rig(tmp_path / "till") as rig:
        rig.engine.dispatch(c.OpenShift("Ольга"))
        assert offered(rig) == (0, "rights.picked")
        rig.engine.dispatch(c.VoidReceipt())
        rig.engine.dispatch(c.Scan(TEA.code))
        rig.engine.dispatch(c.Pay())
        rig.engine.dispatch(c.Tender("cash"))
        assert rig.engine.view().state.receipt is not None


ESCROW = PROGRAMME.replace("member_max_points = 210", 'kind = "escrow"\nescrow_max_points = 60\nescrow_seen_days = 30')
BOTH = ESCROW.replace('"escrow"', '"both"')
OTHER = "99" * 16


@pytest.fixture
def aside(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Of Anna's 200 points 60 are set aside here and 50 at another till."""
    make_till(tmp_path / "till", programme=request.param)
    with opened_rig(tmp_path / "till") as opened:
        opened.engine.dispatch(c.OpenShift("Ольга"))
        set_aside(opened, 200, {opened.store.identity.terminal: 60, OTHER: 50}, Applied(), 2)
        yield opened


def set_aside(rig: Rig, points: int, tills: dict[str, int], applied: Applied, seq: int) -> None:
    row = BalanceRow(ACCOUNT, {"main": points}, escrow={till: {"main": each} for till, each in tills.items()})
    rows = [FeedRow(ACCOUNT, seq, msgspec.Raw(canonical(row)))]
    rig.store.cache.install(rows, cursor_to("bal", bucket_of(ACCOUNT), rows, applied, NOON.at_ms), afresh=True)


@pytest.mark.parametrize("aside", [ESCROW], indirect=True)
def test_what_is_set_aside_here_is_spent_and_no_more(aside: Rig) -> None:
    assert offered(aside) == (60, "rights.aside")
    sold = spend(aside, 40).receipt
    assert sold is not None
    assert (sold.offline, sold.rights) == (True, (SpentRight("escrow", 40, "main"),))
    assert offered(aside) == (20, "rights.aside")
    set_aside(aside, 160, {aside.store.identity.terminal: 20}, Applied(1, 2), 3)
    assert offered(aside) == (20, "rights.aside")
    spend(aside, 20)
    assert offered(aside) == (0, "redeem.offline_none")


@pytest.mark.parametrize("aside", [BOTH], indirect=True)
def test_what_is_set_aside_is_spent_before_credit(aside: Rig) -> None:
    assert offered(aside) == (90, "rights.aside_too")
    sold = spend(aside, 75).receipt
    assert sold is not None
    assert sold.rights == (SpentRight("escrow", 60, "main"), SpentRight("credit", 15))
    assert offered(aside) == (15, "rights.member")


@pytest.mark.parametrize("aside", [ESCROW], indirect=True)
def test_what_is_set_aside_elsewhere_is_nobody_else_s(aside: Rig) -> None:
    aside.engine.link_changed(Link(online=True))
    assert offered(aside) == (150, "redeem.balance")
    assert spend(aside, 150).receipt is not None
    aside.engine.link_changed(Link(online=False))
    assert offered(aside)[0] == 0, "what was sold with the link up came out of it too"


@pytest.mark.parametrize("aside", [ESCROW], indirect=True)
def test_what_is_set_aside_for_a_member_long_unseen_goes_back_with_the_shift(aside: Rig) -> None:
    spend(aside, 10)
    aside.now_ms += 30 * DAY_S * 1000
    aside.engine.dispatch(c.CloseShift())
    assert types(aside)[-1] == "shift_closed"
    aside.engine.dispatch(c.OpenShift("Ольга"))
    aside.now_ms += DAY_S * 1000
    aside.engine.dispatch(c.CloseShift())
    assert types(aside)[-2:] == ["shift_closed", "right_released"]
    terminal = aside.store.identity.terminal
    assert left_aside(aside.store, ACCOUNT, "main") == 0
    assert aside.store.journal.released(ACCOUNT, "main", Applied()) == 50
    aside.engine.dispatch(c.OpenShift("Ольга"))
    aside.engine.dispatch(c.CloseShift())
    assert types(aside)[-1] == "shift_closed", "once"
    set_aside(aside, 190, {terminal: 5}, Applied(1, 6), 3)
    assert left_aside(aside.store, ACCOUNT, "main") == 5


@pytest.mark.parametrize("aside", [ESCROW], indirect=True)
def test_what_is_set_aside_goes_on_at_the_account_a_member_has_moved_to(aside: Rig) -> None:
    spend(aside, 10)
    terminal, other = aside.store.identity.terminal, hex_id("the other member's account")
    moved = BalanceRow(ACCOUNT, moved_to=other)
    taken = BalanceRow(other, {"main": 140}, came_from=(ACCOUNT,), escrow={terminal: {"main": 60}})
    for row in (moved, taken):
        rows = [FeedRow(row.account_id, 3, msgspec.Raw(canonical(row)))]
        bucket = bucket_of(row.account_id)
        aside.store.cache.install(rows, cursor_to("bal", bucket, rows, Applied(), NOON.at_ms), afresh=True)
    assert left_aside(aside.store, other, "main") == 50, "what was sold for the account before is out of it"
    programme = aside.engine.around().programme
    assert [*long_unseen(aside.store, programme, "2036-01-01")] == [RightReleased(other, "main", 50)]
    assert [*long_unseen(aside.store, programme, NOON.local_date)] == []


@pytest.mark.parametrize("aside", [ESCROW], indirect=True)
def test_what_is_set_aside_goes_back_from_wherever_the_account_has_moved_to_in_the_end(aside: Rig) -> None:
    spend(aside, 10)
    terminal, kept, family = aside.store.identity.terminal, hex_id("merged into"), hex_id("their family")
    rows = (
        BalanceRow(ACCOUNT, moved_to=kept),
        BalanceRow(kept, came_from=(ACCOUNT,), moved_to=family),
        BalanceRow(family, {"main": 140}, came_from=(ACCOUNT, kept), escrow={terminal: {"main": 60}}),
    )
    for row in rows:
        told = [FeedRow(row.account_id, 3, msgspec.Raw(canonical(row)))]
        at = cursor_to("bal", bucket_of(row.account_id), told, Applied(), NOON.at_ms)
        aside.store.cache.install(told, at, afresh=True)
    programme = aside.engine.around().programme
    assert [*long_unseen(aside.store, programme, "2036-01-01")] == [RightReleased(family, "main", 50)]


@pytest.mark.parametrize("aside", [ESCROW], indirect=True)
def test_points_held_that_were_sold_from_what_is_aside_meanwhile_are_not_spent_twice(aside: Rig) -> None:
    """Of 150 points that are this till's to spend 120 are held for one sale; another takes 60 of them first."""
    offered(aside)
    aside.engine.dispatch(c.SpendPoints(60))
    state = aside.engine.view().state
    assert state.quote is not None
    around = aside.engine.around(state.basket.member)
    shift = aside.records.shift_now()
    commit = c.CommitSale(state.basket, state.quote, (Payment("cash", state.quote.total_minor),))
    aside.sales.sell(commit, shift, around)
    online = msgspec.structs.replace(around.standing, online=True)
    quoted = quote(msgspec.structs.replace(state.basket, redeem_points=120), around.programme, around.moment, online)
    paid = (Payment("cash", quoted.total_minor),)
    held = c.CommitSale(state.basket, quoted, paid, hold_id="ab" * 16)
    with pytest.raises(NotNow) as refused:
        aside.sales.sell(held, shift, msgspec.structs.replace(around, standing=online))
    assert refused.value.said.code == "rights.taken"


def types(rig: Rig) -> list[str]:
    rows = rig.store.journal.read(lambda q: q.execute("SELECT type FROM event ORDER BY place").fetchall())
    return [kind for (kind,) in rows]
