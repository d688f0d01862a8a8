"""A head office set back has forgotten what it set aside: tills say it, and until all have, nobody spends of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.api import HoldRequest
from loyalty.events import RightKept, RightReleased, RightsTold, bucket_of
from loyalty.feed import BalanceRow
from sync_server.books import read_books
from sync_server.books_said import books_lines
from sync_server.enrol import revoke_terminal
from sync_server.find_member import read_balance
from sync_server.holds import take_hold
from sync_server.identity import read_identity, renew_generation
from sync_server.programmes import publish_programme
from sync_server.refusals import Refused
from sync_server.schema import ESCROW
from tests.support.counter import PROGRAMME
from tests.support.server import T0_MS, TestOffice, Till, hex_id, office_on
from tests.support.set_aside import ANNA, ASIDE, put


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestOffice]:
    with office_on("sqlite", request, tmp_path) as made:
        publish_programme(made.store, made.identity, ASIDE, T0_MS)
        yield made


def set_back(office: TestOffice) -> None:
    """To an image in which nothing was set aside yet."""
    with office.store.begin(bucket_of(ANNA)) as tx:
        tx.execute(ESCROW.delete())
    renew_generation(office.store, office.random)
    office.identity = read_identity(office.store)


def told(office: TestOffice, till: Till, *kept: int) -> None:
    events = [till.event(RightKept(ANNA, "main", points)) for points in kept]
    till.put(*events, till.event(RightsTold(office.identity.gen)))
    office.apply()


def held(office: TestOffice, till: Till, points: int = 10) -> str:
    """What is answered to a till that asks for points to be held."""
    asked = HoldRequest(hex_id("hold", till.terminal, next(till.numbers)), ANNA, ANNA, {"main": points}, 60)
    try:
        return take_hold(office.store, till.terminal, asked, T0_MS).state
    except Refused as refused:
        return refused.reply.code


def row(office: TestOffice) -> BalanceRow:
    with office.store.read() as tx:
        return read_balance(tx, ANNA)


def aside(office: TestOffice, till: Till) -> int:
    return row(office).escrow.get(till.terminal, {}).get("main", 0)


def test_until_every_till_has_spoken_nothing_is_held_and_nothing_more_set_aside(office: TestOffice) -> None:
    one, two, three = office.till("one"), office.till("two"), office.till("three")
    put(office, one, 0, earned=120)
    assert (aside(office, one), held(office, two)) == (60, "held")
    set_back(office)
    told(office, two)
    put(office, two, 1, earned=100)
    assert (held(office, two), aside(office, two)) == ("busy", 0)
    told(office, one, 60)
    assert held(office, two) == "busy", "there is a third"
    assert [*books_lines(read_books(office.store, ()))][-1].endswith("these tills are silent: three")
    assert revoke_terminal(office.store, three.terminal)
    put(office, two, 2)
    assert (aside(office, one), aside(office, two)) == (60, 75), "half of 220 - 60 - the 10 held"
    assert held(office, two) == "held"


def test_what_a_till_says_holds_for_what_it_sold_before_and_what_it_sold_after_comes_out_of_it(
    office: TestOffice,
) -> None:
    one = office.till("one")
    put(office, one, 0, earned=120)
    set_back(office)
    one.put(
        one.sale(account=ANNA, redeemed=10),
        one.event(RightKept(ANNA, "main", 50)),
        one.sale(account=ANNA, redeemed=30),
        one.event(RightReleased(ANNA, "main", 5)),
    )
    office.apply()
    assert (aside(office, one), row(office).wallets) == (15, {"main": 80})


def test_a_till_that_has_less_than_is_known_here_takes_nothing_away(office: TestOffice) -> None:
    one = office.till("one")
    put(office, one, 0, earned=120)
    told(office, one, 20)
    assert aside(office, one) == 60


def test_a_word_of_another_generation_is_not_waited_for_no_more(office: TestOffice) -> None:
    one, before = office.till("one"), office.identity.gen
    put(office, one, 0, earned=120)
    set_back(office)
    one.put(one.event(RightsTold(before)))
    office.apply()
    assert held(office, one) == "busy"
    told(office, one)
    assert held(office, one) == "held"


def test_a_programme_that_sets_nothing_aside_waits_for_nobody(office: TestOffice) -> None:
    one = office.till("one")
    put(office, one, 0, earned=120)
    publish_programme(office.store, office.identity, PROGRAMME.replace("version = 1", "version = 2"), T0_MS)
    set_back(office)
    assert held(office, one) == "held"
