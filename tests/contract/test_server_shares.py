"""Shares of budgets at the head office, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from msgspec.structs import replace
from sqlalchemy import update
from typer.testing import CliRunner

from loyalty.api import ShareGiven, SharesAsk, ShareTold
from loyalty.errors import BadInput, NotNow
from loyalty.events import SaleCompleted
from loyalty.receipt import Applied
from loyalty.shares import MAX_BUDGETS, Amount
from sync_server import budgets, segment_events
from sync_server.budget_release import SILENT_MS, release_shares
from sync_server.budget_report import budget_lines, told_lines
from sync_server.budgets import give_shares
from sync_server.cli import app
from sync_server.enrol import revoke_terminal
from sync_server.programmes import publish_programme
from sync_server.refusals import Refused
from sync_server.schema import TERMINAL
from tests.support.server import T0_MS, TestOffice, Till, opened_office

NOTHING = Amount()
DOCUMENT = """
id = "club"
version = {version}
name = {{ ru = "Клуб", en = "Club" }}

[[campaign]]
id = "tour"
name = {{ ru = "Экскурсия", en = "A tour" }}
reward = {{ type = "amount", amount_minor = 3_000 }}
budget = {budget}
"""


def publish(office: TestOffice, budget: str = "{ times = 10 }", version: int = 1) -> None:
    document = DOCUMENT.format(version=version, budget=budget)
    publish_programme(office.store, office.identity, document, office.now_ms)


def ask(office: TestOffice, till: Till, used: Amount = NOTHING, granted: Amount = NOTHING, want: bool = False):
    told = ShareTold("tour", granted, used, Amount(1) if want else NOTHING)
    (given,) = give_shares(office.store, till.terminal, SharesAsk((told,)), office.now_ms).shares
    return given


def granted_in_all(office: TestOffice) -> Amount:
    (line,) = budget_lines(office.store)
    return line.granted


def test_a_till_gets_its_part_of_half_and_keeps_it_however_often_it_asks(office: TestOffice) -> None:
    publish(office, "{ times = 40 }")
    one, _two = office.till("one"), office.till("two")
    # 40 free, two tills: 40 / 2 / 2
    assert ask(office, one) == ShareGiven("tour", Amount(10))
    assert ask(office, one) == ShareGiven("tour", Amount(10))


def test_a_share_grows_as_it_is_used_and_ends_with_the_budget(office: TestOffice) -> None:
    publish(office)
    lone = office.till()
    # 10 free, one till: 5; then of 5 free 2; then 3 free, a portion of 1; then 2, then 1 free: what it wants
    shares = [ask(office, lone).granted.times]
    for _ in range(2):
        shares.append(ask(office, lone, used=Amount(shares[-1])).granted.times)
    assert shares == [5, 7, 8]
    assert ask(office, lone, used=Amount(8), want=True) == ShareGiven("tour", Amount(9))
    assert ask(office, lone, used=Amount(9), want=True) == ShareGiven("tour", Amount(10), ended=True)
    assert ask(office, lone, used=Amount(10), want=True) == ShareGiven("tour", Amount(10), ended=True)


def test_a_store_s_tills_share_the_store_s_budget(office: TestOffice) -> None:
    publish(office, "{ times = 100, per_store = { times = 2 } }")
    one, two = office.till("one"), office.till("two")
    assert ask(office, one, want=True).granted == Amount(1)
    assert ask(office, two, want=True) == ShareGiven("tour", Amount(1), ended=True)
    assert ask(office, one, used=Amount(1), want=True) == ShareGiven("tour", Amount(1), ended=True)


def test_a_campaign_without_a_budget_has_no_share(office: TestOffice) -> None:
    publish(office)
    asked = SharesAsk((ShareTold("other"),))
    assert give_shares(office.store, office.till().terminal, asked, T0_MS).shares == ()


def test_before_anything_is_published_there_is_no_share(office: TestOffice) -> None:
    assert give_shares(office.store, office.till().terminal, SharesAsk((ShareTold("tour"),)), T0_MS).shares == ()


def test_what_a_till_already_holds_or_gave_is_its_share_also_where_it_is_too_much(office: TestOffice) -> None:
    publish(office)
    one, two = office.till("one"), office.till("two")
    assert ask(office, one, granted=Amount(6), used=Amount(5)) == ShareGiven("tour", Amount(6))
    assert ask(office, two, used=Amount(7), want=True) == ShareGiven("tour", Amount(7), ended=True)
    assert granted_in_all(office) == Amount(13)


def test_a_higher_budget_counts_at_once_and_a_lower_one_takes_nothing_back(office: TestOffice) -> None:
    publish(office)
    lone = office.till()
    assert ask(office, lone).granted == Amount(5)
    publish(office, "{ times = 3 }", version=2)
    assert ask(office, lone, used=Amount(5), want=True) == ShareGiven("tour", Amount(5), ended=True)
    publish(office, "{ times = 7 }", version=3)
    assert ask(office, lone, used=Amount(5), want=True) == ShareGiven("tour", Amount(6))


def test_tills_that_ask_at_the_same_moment_are_not_given_more_than_there_is(office: TestOffice) -> None:
    publish(office)
    tills = [office.till(f"till{number}") for number in range(8)]

    def hungry(till: Till) -> None:
        used = 0
        for _ in range(6):
            used = ask(office, till, used=Amount(used), want=True).granted.times

    threads = [threading.Thread(target=hungry, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert granted_in_all(office) == Amount(10)


def test_the_last_piece_goes_to_one_of_two_tills_that_ask_at_once(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(office)
    tills = [office.till(f"till{number}") for number in range(3)]
    used = 0
    while used < 9:
        used = ask(office, tills[0], used=Amount(used), want=True).granted.times
    looked, go = threading.Event(), threading.Event()
    pools = budgets._pools

    def slow_at_first(*given):
        found = pools(*given)
        if not looked.is_set():
            looked.set()
            go.wait(60)
        return found

    monkeypatch.setattr(budgets, "_pools", slow_at_first)
    threads = [threading.Thread(target=ask, args=(office, till), kwargs={"want": True}) for till in tills[1:]]
    threads[0].start()
    assert looked.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    go.set()
    for thread in threads:
        thread.join(60)
    assert granted_in_all(office) == Amount(10)


def test_as_many_shares_as_a_programme_has_budgets_are_asked_for_and_no_more(office: TestOffice) -> None:
    till = office.till()
    told = tuple(ShareTold(f"c{number}") for number in range(MAX_BUDGETS + 1))
    assert give_shares(office.store, till.terminal, SharesAsk(told[:-1]), T0_MS).shares == ()
    with pytest.raises(Refused) as refused:
        give_shares(office.store, till.terminal, SharesAsk(told), T0_MS)
    assert refused.value.reply.code == "too_large"


@pytest.mark.parametrize("told", [
    ShareTold("tour", used=Amount(-1)), ShareTold("tour", granted=Amount(minor=2**53)), ShareTold(""),
    ShareTold("x" * 65),
])  # fmt: skip
def test_figures_no_till_can_mean_are_refused(office: TestOffice, told: ShareTold) -> None:
    publish(office)
    with pytest.raises(Refused) as refused:
        give_shares(office.store, office.till().terminal, SharesAsk((told,)), T0_MS)
    assert refused.value.reply.code == "bad_request"


# -- taking back what a till holds that sells no more


def test_a_revoked_till_s_unused_share_is_free_again(office: TestOffice) -> None:
    publish(office)
    gone, other = office.till("gone"), office.till("other")
    assert ask(office, gone, want=True).granted == Amount(2)
    # 8 free for two tills: 8 / 2 / 2 = 2, and with 1 left of them that is enough
    assert ask(office, gone, used=Amount(1), want=True).granted == Amount(2)
    assert ask(office, other, granted=Amount(8)) == ShareGiven("tour", Amount(8), ended=True)
    revoke_terminal(office.store, gone.terminal)
    assert release_shares(office.store, "T1", T0_MS) == {"tour": Amount(1)}
    assert granted_in_all(office) == Amount(9)
    assert release_shares(office.store, gone.terminal, T0_MS) == {}


def tour_sold(till: Till) -> SaleCompleted:
    receipt = till.receipt()
    line = replace(receipt.lines[0], applied=(Applied("tour", "Экскурсия", "A tour", 3_000),))
    return SaleCompleted(replace(receipt, lines=(line,)))


def test_what_the_till_s_receipts_say_is_used_too(office: TestOffice) -> None:
    publish(office)
    gone = office.till()
    assert ask(office, gone).granted == Amount(5)
    gone.put(gone.event(tour_sold(gone)))
    office.apply()
    assert release_shares(office.store, "t1", T0_MS + SILENT_MS) == {"tour": Amount(4)}


def test_receipts_in_any_number_of_segments_count_once_each_before_they_are_applied(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_events, "PAGE_SEGMENTS", 2)
    publish(office, "{ times = 20 }")
    gone, other = office.till("gone"), office.till("other")
    assert ask(office, gone, want=True).granted == Amount(5)
    sold = [gone.event(tour_sold(gone)) for _ in range(3)]
    for raw in (*sold, sold[0]):
        gone.put(raw)
    other.put(other.event(tour_sold(other)))
    # 5 granted; three sold, one of which came a second time, as after a mending; the other till's are its own.
    assert release_shares(office.store, "T1", T0_MS + SILENT_MS) == {"tour": Amount(2)}


def test_a_till_at_work_keeps_its_share_until_it_has_been_silent_for_a_day(office: TestOffice) -> None:
    publish(office)
    till = office.till()
    ask(office, till)
    with pytest.raises(NotNow):
        release_shares(office.store, "T1", T0_MS + SILENT_MS - 1)
    assert release_shares(office.store, "T1", T0_MS + SILENT_MS) == {"tour": Amount(5)}


def test_a_till_nobody_knows_has_nothing_to_release(office: TestOffice) -> None:
    for named in ("T9", "ff" * 16, "T", "x"):
        with pytest.raises(BadInput):
            release_shares(office.store, named, T0_MS)


def test_the_report_names_budget_shares_and_use_by_store_and_till(office: TestOffice) -> None:
    publish(office, "{ times = 10, per_store = { minor = 90_000 } }")
    one, two = office.till("one"), office.till("two")
    ask(office, two, granted=Amount(2, 6_000), used=Amount(1, 3_000))
    ask(office, one, granted=Amount(1, 300), used=Amount(1, 300))
    with office.store.begin(None) as tx:
        tx.execute(update(TERMINAL).where(TERMINAL.c.terminal == two.terminal).values(state="revoked"))
    lines = list(told_lines(budget_lines(office.store), "en"))
    assert lines[0].startswith("tour: 10 receipts, 900.00 a store; ")
    assert [line.split(":")[0] for line in lines[1:]] == ["  S1 T1", "  S1 T2"]
    assert lines[2].endswith(", 1 receipt, 30.00 used")
    assert next(iter(told_lines((), "ru"))) == "В программе нет бюджетов."


def test_the_command_line_lists_budgets_and_takes_back_shares(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KOPILKA_LANG", "en")
    with opened_office(f"sqlite:///{tmp_path / 'head_office.db'}") as office:
        place = ["--data", str(tmp_path)]
        assert run("budget", "list", *place) == "The programme has no budgets.\n"
        publish(office)
        till = office.till()
        ask(office, till)
        ask(office, till, used=Amount(1))
        assert run("budget", "list", *place) == (
            "tour: 10 receipts; 5 receipts in shares, 1 receipt used\n  S1 T1: share 5 receipts, 1 receipt used\n"
        )
        revoke_terminal(office.store, till.terminal)
        assert run("budget", "release", "T1", *place) == "tour: 4 receipts to be shared out again.\n"
        assert run("budget", "release", "T1", *place) == "It has no unused shares.\n"


def run(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.output
