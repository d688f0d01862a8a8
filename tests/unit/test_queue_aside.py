"""What is set aside for a till is said, in its chain, to a head office that was set back, before it is forgotten."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from loyalty.errors import StoreFault
from loyalty.events import Body, RightKept, RightsTold, Unknown, bucket_of, canonical, decode_body, decode_envelope
from loyalty.feed import BalanceRow
from loyalty.sentences import sentence
from terminal.offline_queue.aside import MOST_TRIES, left_aside, tell_aside
from terminal.offline_queue.journal import MAX_FACTS, Fact, Journal, Recorded
from tests.support.queue_office import Office
from tests.support.queue_samples import NOON_MS, TERMINAL, account_in, hex_id, sell
from tests.support.queue_stock import ANNA, BORIS, stock
from tests.support.queue_till import Till

KATE, HER_FAMILY = account_in(7), account_in(9)


@pytest.fixture
def office() -> Office:
    """Of Anna's points 55 and 5 of another wallet are set aside for this till, of Boris's some for another one."""
    made = Office()
    stock(made)
    put(made, BalanceRow(ANNA, {"main": 200}, escrow={TERMINAL: {"bonus": 5, "main": 55}}))
    put(made, BalanceRow(BORIS, {"main": 200}, escrow={"ff" * 16: {"main": 40}}))
    return made


@pytest.fixture
def till(tmp_path: Path, office: Office) -> Iterator[Till]:
    made = Till(tmp_path / "till", office)
    assert made.sync()
    yield made
    made.close()


def put(office: Office, row: BalanceRow) -> None:
    office.put("bal", bucket_of(row.account_id), row.account_id, canonical(row))


def bodies(raws: list[bytes]) -> list[Body | Unknown]:
    return [decode_body(decode_envelope(raw)) for raw in raws]


def test_a_head_office_set_back_is_told_what_is_left_between_what_was_sold_before_and_after(
    till: Till, office: Office
) -> None:
    sell(till.journal, 1, ANNA, earned=0, redeemed=15)
    office.lose(keep=0, gen="g2")
    assert till.sync()
    sell(till.journal, 2, ANNA, earned=0, redeemed=5)
    assert till.sync()
    said = [RightKept(ANNA, "bonus", 5), RightKept(ANNA, "main", 40), RightsTold("g2")]
    assert bodies(office.events)[1:4] == said
    assert len(office.events) == 5
    assert till.cache.gen() == "g2"
    assert left_aside(till.store, ANNA, "main") == 0, "what counts now is the head office's word"


def test_it_is_said_once_for_each_generation_and_after_a_restart(till: Till, office: Office) -> None:
    assert bodies(office.events) == [], "of the generation it was enrolled in there is nothing to say"
    for gen in ("g2", "g3"):
        office.lose(keep=len(office.events), gen=gen)
        assert till.sync()
        till = till.restarted(lose_cache=True)
        assert till.sync()
    assert [body for body in bodies(office.events) if isinstance(body, RightsTold)] == [
        RightsTold("g2"), RightsTold("g3")
    ]  # fmt: skip


def test_cut_short_it_is_said_again(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = (hex_id("said", number) for number in count())
    record = Journal.record
    with monkeypatch.context() as full:
        full.setattr(Journal, "record", _fails)
        with pytest.raises(StoreFault):
            tell_aside(till.store, "g2", lambda: next(ids), NOON_MS)
    assert Journal.record is record
    tell_aside(till.store, "g2", lambda: next(ids), NOON_MS)
    tell_aside(till.store, "g2", lambda: next(ids), NOON_MS)
    assert till.journal.pending_count() == 3


def test_a_sale_recorded_while_it_is_worked_out_is_not_said_to_be_left_still(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen sells on beside the sync: what is said comes behind the sale, so it is without its points."""
    ids = (hex_id("said", number) for number in count())
    record = Journal.record

    def after_a_sale(journal: Journal, *facts: Fact, **more: Any) -> Recorded:
        monkeypatch.setattr(Journal, "record", record)
        sell(till.journal, 1, ANNA, earned=0, redeemed=15)
        return record(journal, *facts, **more)

    monkeypatch.setattr(Journal, "record", after_a_sale)
    tell_aside(till.store, "g2", lambda: next(ids), NOON_MS)
    query = "SELECT raw FROM event ORDER BY place"
    raws = [bytes(raw) for (raw,) in till.journal.read(lambda c: c.execute(query).fetchall())]
    assert bodies(raws)[1:] == [RightKept(ANNA, "bonus", 5), RightKept(ANNA, "main", 40), RightsTold("g2")]


def test_sales_that_will_not_stop_put_it_off(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, numbers = (hex_id("said", number) for number in count()), count(1)
    record, tries = Journal.record, []

    def after_a_sale(journal: Journal, *facts: Fact, **more: Any) -> Recorded:
        tries.append(1)
        monkeypatch.setattr(Journal, "record", record)
        sell(till.journal, next(numbers), ANNA, earned=0, redeemed=1)
        monkeypatch.setattr(Journal, "record", after_a_sale)
        return record(journal, *facts, **more)

    monkeypatch.setattr(Journal, "record", after_a_sale)
    with pytest.raises(StoreFault) as put_off:
        tell_aside(till.store, "g2", lambda: next(ids), NOON_MS)
    assert put_off.value.code == "journal.overtaken"
    assert len(tries) == MOST_TRIES


def test_more_than_one_transaction_takes_is_said_in_several(till: Till, office: Office) -> None:
    accounts = [account_in(11, nth) for nth in range(MAX_FACTS)]
    for account in accounts:
        put(office, BalanceRow(account, {"main": 9}, escrow={TERMINAL: {"main": 9}}))
    assert till.sync()
    ids = (hex_id("said", number) for number in count())
    tell_aside(till.store, "g2", lambda: next(ids), NOON_MS)
    assert till.journal.pending_count() == MAX_FACTS + 3


def test_what_is_on_its_way_from_an_account_that_moved_is_not_spent_again(till: Till, office: Office) -> None:
    """Kate's account has moved; 10 that this till sold for it are out of the old account, and not yet of the new."""
    put(office, BalanceRow(KATE, moved_to=HER_FAMILY, escrow_way={TERMINAL: {"main": 10}}))
    put(office, BalanceRow(HER_FAMILY, {"main": 90}, came_from=(KATE,), escrow={TERMINAL: {"main": 60}}))
    assert till.sync()
    assert left_aside(till.store, HER_FAMILY, "main") == 50
    arrived = {TERMINAL: {"main": -10}}
    put(
        office,
        BalanceRow(HER_FAMILY, {"main": 80}, came_from=(KATE,), escrow={TERMINAL: {"main": 50}}, escrow_way=arrived),
    )
    assert till.sync()
    assert left_aside(till.store, HER_FAMILY, "main") == 50


def _fails(*_: object, **__: object) -> None:
    raise StoreFault(sentence("journal.busy"))
