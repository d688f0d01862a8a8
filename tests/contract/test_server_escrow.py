"""Points set aside for tills: out of what is free, spent there first, and free again by the till's own word."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.documents.programme_file import parse_programme
from loyalty.events import RightReleased, bucket_of
from loyalty.feed import BalanceRow
from loyalty.programme import Redeem
from loyalty.rights import Offline
from sync_server.books import read_books
from sync_server.enrol import revoke_terminal
from sync_server.escrow import MAX_TILLS, Aside, AsideMoved, Sold, pass_on_escrow, read_escrow, settle_escrow
from sync_server.escrow_ends import end_escrow
from sync_server.find_member import read_balance
from sync_server.hold_rows import available_points
from sync_server.leases import ALL_SLOTS
from sync_server.member_changes import Wish
from sync_server.merging import merge_members
from sync_server.programmes import publish_programme
from sync_server.rebuilding.rebuild import rebuild
from sync_server.rounds import _run_events
from sync_server.rows import update_rows
from sync_server.schema import ESCROW, TERMINAL, shard_of, tshard_of
from sync_server.verifying.kept import check_bucket
from sync_server.verifying.verify import verify
from tests.support.counter import PROGRAMME
from tests.support.server import T0_MS, TestOffice, Till, office_on
from tests.support.set_aside import ANNA, ASIDE, BORIS, put


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestOffice]:
    with office_on("sqlite", request, tmp_path) as made:
        publish_programme(made.store, made.identity, ASIDE, T0_MS)
        yield made


def held(office: TestOffice) -> BalanceRow:
    with office.store.read() as tx:
        return read_balance(tx, ANNA)


def aside(office: TestOffice, *tills: Till) -> list[int]:
    escrow = held(office).escrow
    return [escrow.get(till.terminal, {}).get("main", 0) for till in tills]


def findings(office: TestOffice) -> list[str]:
    with office.store.read() as tx:
        return [each.code for each in check_bucket(tx, bucket_of(ANNA))]


def test_half_of_what_is_free_is_set_aside_for_the_till_of_each_sale_up_to_the_most(office: TestOffice) -> None:
    one, two = office.till("one"), office.till("two")
    put(office, one, 0, earned=120)
    assert aside(office, one, two) == [60, 0]
    put(office, two, 1)
    assert aside(office, one, two) == [60, 30]
    put(office, one, 2, earned=400)
    assert aside(office, one, two) == [100, 30]
    assert held(office).wallets == {"main": 520}, "nothing has left the account"
    assert findings(office) == []


def test_what_a_till_sells_comes_out_of_what_is_set_aside_there_first(office: TestOffice) -> None:
    one, two = office.till("one"), office.till("two")
    put(office, one, 0, earned=120)
    put(office, two, 1)
    put(office, two, 2, redeemed=20)
    assert aside(office, one, two) == [60, 25], "30 - 20, and half of the 30 that are free"
    put(office, one, 3, redeemed=60)
    assert aside(office, one, two) == [7, 25], "0, and half of the 15 that are free"


def test_tills_that_spend_what_is_set_aside_for_them_overdraw_nothing(office: TestOffice) -> None:
    tills = [office.till(str(number)) for number in range(3)]
    for number, till in enumerate(tills):
        put(office, till, number, earned=50)
    given = aside(office, *tills)
    for number, till in enumerate(tills):
        till.put(till.sale(account=ANNA, redeemed=given[number], at_ms=T0_MS + 600_000))
    office.apply()
    assert min(given) > 0
    assert held(office).wallets["main"] == 150 - sum(given) >= 0
    assert held(office).overdrawn == {}


def test_a_till_s_own_word_frees_what_is_set_aside_for_it(office: TestOffice) -> None:
    one, two = office.till("one"), office.till("two")
    put(office, one, 0, earned=120)
    one.put(one.event(RightReleased(ANNA, "main", 45)))
    two.put(two.event(RightReleased(ANNA, "main", 45)))
    office.apply()
    assert aside(office, one, two) == [15, 0]
    one.put(one.event(RightReleased(ANNA, "main", 45)))
    office.apply()
    assert (aside(office, one), held(office).escrow) == ([0], {})
    assert findings(office) == []


def test_what_is_set_aside_for_a_revoked_till_is_free_again_and_what_it_spends_late_is_a_loss(
    office: TestOffice,
) -> None:
    one, two = office.till("one"), office.till("two")
    put(office, one, 0, earned=100)
    late = one.segment(one.sale(account=ANNA, redeemed=50, at_ms=T0_MS + 60_000))
    assert end_escrow(office.store) == 0
    assert revoke_terminal(office.store, one.terminal)
    assert (end_escrow(office.store), end_escrow(office.store)) == (1, 0)
    assert held(office).escrow == {}
    put(office, two, 2, redeemed=100)
    row = {"tshard": tshard_of(one.terminal), "terminal": one.terminal, "state": "active"}
    office.store.write(lambda tx: update_rows(tx, TERMINAL, ("tshard", "terminal"), [row]), shard_of(one.terminal))
    one.send(late)
    office.apply()
    assert (held(office).wallets, held(office).overdrawn) == ({"main": -50}, {"main": 50})
    assert read_books(office.store, ()).sound


def test_points_of_one_account_lie_at_so_many_tills_and_no_more(office: TestOffice) -> None:
    account = (bucket_of(ANNA), ANNA)
    redeem = Redeem(offline=Offline("escrow", escrow_max_points=2))
    sold = [Sold(account, f"till{number:02}", {}, "2026-11-22") for number in range(MAX_TILLS + 1)]
    rows = {account: BalanceRow(ANNA, {"main": 1000})}
    made = office.store.write(lambda tx: settle_escrow(tx, rows, sold, (), redeem, {}), account[0])
    assert len(made[account].escrow) == MAX_TILLS


def test_a_programme_that_sets_nothing_aside_leaves_what_there_is_to_be_spent(office: TestOffice) -> None:
    one = office.till("one")
    put(office, one, 0, earned=100)
    assert parse_programme(PROGRAMME).redeem.offline.escrow is False
    publish_programme(office.store, office.identity, PROGRAMME.replace("version = 1", "version = 2"), T0_MS)
    put(office, one, 1, earned=100, redeemed=30)
    assert aside(office, one) == [20]


def test_verify_names_a_row_that_says_other_points_are_set_aside(office: TestOffice) -> None:
    one = office.till("one")
    put(office, one, 0, earned=100)
    bucket = bucket_of(ANNA)
    row = {"bucket": bucket, "account_id": ANNA, "terminal": one.terminal, "wallet": "main", "granted_points": 51}
    keys = ("bucket", "account_id", "terminal", "wallet")
    office.store.write(lambda tx: update_rows(tx, ESCROW, keys, [row]), bucket)
    assert findings(office) == ["verify.held"]


def test_the_books_worked_out_again_have_the_same_points_set_aside(office: TestOffice, tmp_path: Path) -> None:
    one, two = office.till("one"), office.till("two")
    put(office, one, 0, earned=120)
    put(office, two, 1, redeemed=10)
    one.put(one.event(RightReleased(ANNA, "main", 5)))
    office.apply()
    done = rebuild(office.store, tmp_path, T0_MS + 3_600_000)
    assert (done.same, aside(office, one, two)) == (True, [55, 25])


def test_a_hold_may_take_what_is_set_aside_for_its_own_till_and_for_no_other(office: TestOffice) -> None:
    one, two = office.till("one"), office.till("two")
    put(office, one, 0, earned=120)
    row = held(office)
    assert available_points(row, (), "2026-11-22", one.terminal) == {"main": 120}
    assert available_points(row, (), "2026-11-22", two.terminal) == {"main": 60}
    assert available_points(row, (), "2026-11-22") == {"main": 60}


def merged(office: TestOffice) -> tuple[Till, Till]:
    """Boris and Anna, who is merged into him, have bought at the first of these tills: 50 are set aside of each."""
    one, two = office.till("one"), office.till("two")
    for member, card in ((ANNA, "2990001000018"), (BORIS, "2990001000025")):
        event, _ = one.enrolled(member, card)
        one.put(event, one.sale(account=member, earned=100))
    office.apply()
    wish = Wish("owner", T0_MS, office.random)
    merge_members(office.store, office.identity, wish, "2990001000025", "2990001000018")
    office.apply()
    return one, two


def of_boris(office: TestOffice) -> BalanceRow:
    office.apply()
    with office.store.read() as tx:
        return read_balance(tx, BORIS)


def test_an_account_that_is_merged_takes_along_what_is_set_aside_of_it(office: TestOffice, tmp_path: Path) -> None:
    one, two = merged(office)
    assert (of_boris(office).escrow, held(office).escrow) == ({one.terminal: {"main": 100}}, {})
    assert available_points(of_boris(office), (), "2026-11-22", two.terminal) == {"main": 100}
    put(office, one, 1, redeemed=30)
    one.put(one.event(RightReleased(ANNA, "main", 10)))
    assert of_boris(office).escrow == {one.terminal: {"main": 60}}, "the till knows her account alone"
    two.put(two.sale(account=BORIS, redeemed=110, at_ms=T0_MS + 120_000))
    put(office, one, 3, redeemed=10)
    assert of_boris(office).escrow == {one.terminal: {"main": 50}}
    one.put(one.sale(account=BORIS, redeemed=50, at_ms=T0_MS + 240_000))
    row = of_boris(office)
    assert (row.wallets, row.overdrawn, row.escrow) == ({"main": 0}, {}, {})
    assert read_books(office.store, ()).sound
    assert verify(office.store).sound
    assert rebuild(office.store, tmp_path, T0_MS + 3_600_000).same


def test_what_is_set_aside_is_the_same_whichever_of_move_and_late_sale_comes_first(office: TestOffice) -> None:
    account = (bucket_of(BORIS), BORIS)
    rows = {account: BalanceRow(BORIS, {"main": 100})}
    moved, late = Aside(50), Aside(0, 30)

    def came(till: str, aside: Aside) -> int:
        asides = {account: [AsideMoved(till, "main", aside)]}
        made = office.store.write(lambda tx: settle_escrow(tx, rows, (), (), None, asides), account[0])
        return made[account].escrow.get(till, {}).get("main", 0)

    assert [came("one", each) for each in (late, moved)] == [0, 20]
    assert [came("two", each) for each in (moved, late)] == [50, 20]


def test_what_comes_late_for_an_account_that_moved_is_told_to_be_under_way_until_it_has_arrived(
    office: TestOffice, tmp_path: Path
) -> None:
    one, _ = merged(office)
    one.put(one.sale(account=ANNA, redeemed=30, at_ms=T0_MS + 60_000), one.event(RightReleased(ANNA, "main", 10)))
    _run_events(office.store, office.identity, lambda: 0, ALL_SLOTS)
    with office.store.read() as tx:
        between = read_balance(tx, BORIS)
    assert (held(office).escrow_way, between.escrow) == ({one.terminal: {"main": 40}}, {one.terminal: {"main": 100}})
    arrived = of_boris(office)
    assert (arrived.escrow_way, arrived.escrow) == ({one.terminal: {"main": -40}}, {one.terminal: {"main": 60}})
    assert held(office).escrow_way == {one.terminal: {"main": 40}}
    assert verify(office.store).sound
    assert rebuild(office.store, tmp_path, T0_MS + 3_600_000).same


def test_an_account_that_moves_twice_takes_it_all_the_way(office: TestOffice) -> None:
    account = (bucket_of(ANNA), ANNA)
    came = [AsideMoved("till", "main", Aside(50, 10))]

    def passed_on(is_leaving: bool, *sold: Sold) -> tuple[AsideMoved, ...]:
        asides = came if is_leaving else []
        return office.store.write(lambda tx: pass_on_escrow(tx, account, is_leaving, sold, (), asides), account[0])

    assert passed_on(True) == (AsideMoved("till", "main", Aside(40)),)
    late = Sold(account, "till", {"main": 45}, "2026-11-22")
    assert passed_on(False, late) == (AsideMoved("till", "main", Aside(0, 40)),), "the other 5 were not set aside"
    assert passed_on(False, late) == ()
    with office.store.read() as tx:
        (aside,) = read_escrow(tx, [account])[account].values()
    assert aside.way_points == 40 - 10, "40 are sent on, and 10 of what had come were gone already"
