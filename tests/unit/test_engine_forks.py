"""A till whose history has parted from another of its name: it earns, spends nothing, is mended from its screen."""

from __future__ import annotations

from terminal.offline_queue.forks import Fork, keep_fork
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, NOON
from tests.support.small_till import Rig, opened_rig


def say(till: Rig, *commands: c.Command) -> str:
    """What the screen says after them, a shift being open."""
    if till.engine.view().state.mode == "closed":
        till.engine.dispatch(c.OpenShift("Anna"))
    for command in commands:
        till.engine.dispatch(command)
    notice = till.engine.view().state.notice
    return notice.said.code if notice else ""


def spendable(till: Rig) -> tuple[int, str]:
    """How many points may be spent, and what limits them."""
    till.engine.dispatch(c.Refresh())
    quote = till.engine.view().state.quote
    assert quote is not None
    assert quote.earned_points > 0
    limit = quote.redemption.limit
    return quote.redemption.allowed_points, limit.code if limit else ""


def part(till: Rig) -> None:
    till.store.journal.write(lambda connection: keep_fork(connection, Fork("fence", NOON.at_ms)))
    till.store.journal.look_again()


def test_a_till_whose_history_has_parted_earns_and_spends_nothing_until_it_is_mended(tmp_path):
    with opened_rig(tmp_path / "till") as till:
        say(till, c.Scan(CARD), c.Scan(CUP.code))
        assert spendable(till)[0] > 0
        part(till)
        assert spendable(till) == (0, "redeem.earn_only")
        assert say(till, c.Mend(" ")) == "mend.name"
        assert say(till, c.Mend("Olga")) == "mend.done"
        assert till.store.journal.fork == Fork("fence", NOON.at_ms, mended_epoch=2)
        assert spendable(till) == (0, "redeem.earn_only"), "not before the head office has the new epoch"
        assert say(till, c.Mend("Olga")) == "mend.nothing"
        till.store.journal.write(lambda connection: connection.execute("DELETE FROM state WHERE name = 'fork'"))
        till.store.journal.look_again()
        assert spendable(till)[0] > 0


def test_a_sale_recorded_after_mending_follows_in_the_new_epoch(tmp_path):
    with opened_rig(tmp_path / "till") as till:
        say(till)
        part(till)
        assert say(till, c.Mend("Olga"), c.Scan(CUP.code), c.Pay(), c.Tender("cash", None))
        assert till.engine.view().state.mode == "done"
        query = "SELECT epoch, seq, type FROM event ORDER BY place"
        events = till.store.journal.read(lambda connection: connection.execute(query).fetchall())
        assert events == [(2, 1, "epoch_begun"), (2, 2, "shift_opened"), (2, 3, "sale_completed")]
        assert till.store.journal.verify() == 3
        assert till.store.journal.differing() == ()
