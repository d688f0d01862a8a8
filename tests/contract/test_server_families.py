"""Families and merges over SQLite and PostgreSQL alike: points move between buckets once, whatever is killed when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from unittest.mock import patch

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.errors import BadInput, NotNow
from loyalty.events import Consent, ConsentChanged, bucket_of
from loyalty.feed import BalanceRow, IdentRow
from loyalty.member import Used
from loyalty.points.lots import MAX_TAKEN_OVER
from loyalty.points.purse import figures
from loyalty.points.terms import LotTerms
from loyalty.referral import Invited
from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from sync_server import member_steps
from sync_server.books import read_books
from sync_server.carrying import Leaving, is_full
from sync_server.console.member_facts import read_member, read_personal
from sync_server.effects import Effect, effect_id, run_effects, send_again, send_effects
from sync_server.expire import expire
from sync_server.families import MAX_FAMILY, add_to_family, create_family, leave_family
from sync_server.find_member import Place, find_member, members_of
from sync_server.member_changes import Wish, finish_changes, make_change
from sync_server.member_reports import find_members
from sync_server.merging import merge_members, plan_merger
from sync_server.moving import move_account
from sync_server.personal import store_personal, united
from sync_server.programmes import publish_programme
from sync_server.schema import ALIAS, CHANGE_OPEN, EFFECT_IN, EFFECT_OUT, FEED, LEDGER, MEMBER_CHANGE, TAKEN
from sync_server.standing import Rules
from tests.contract.test_server_apply import CLUB, balance, check_books, check_feed, flags, status
from tests.contract.test_server_purses import TERMS, back, put, sold
from tests.support.server import T0_MS, TestOffice, Till, hex_id, office_on

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ANNA, BORIS, VERA = hex_id("anna"), hex_id("boris"), hex_id("vera")
CARDS = {ANNA: "2990001000018", BORIS: "2990001000025", VERA: "2990001000032"}
PHONES = {ANNA: "+79161234567", BORIS: "+79161234568", VERA: "+79161234569"}
NAMES = {ANNA: "Иванова Мария", BORIS: "Петров Борис", VERA: "Сидорова Вера"}
MOVED_MS = T0_MS + 3_600_000


@pytest.fixture(params=KINDS)
def office(request, tmp_path):
    with office_on(request.param, request, tmp_path) as made:
        yield made


def enrol(till: Till, *members: str) -> None:
    for member in members:
        event, personal = till.enrolled(member, CARDS[member], PHONES[member], NAMES[member])
        till.put(event)
        store_personal(till.office.store, till.office.identity, [personal])


def wish(office: TestOffice, at_ms: int = MOVED_MS) -> Wish:
    return Wish("olga", at_ms, office.random)


def family(office: TestOffice, *members: str) -> str:
    """The account of a new family of these."""
    return create_family(office.store, office.identity, wish(office), [CARDS[m] for m in members])[0].ident.account_id


def merge(office: TestOffice, kept: str, gone: str) -> None:
    merge_members(office.store, office.identity, wish(office), kept, gone)


def main(office: TestOffice, account: str) -> int:
    return balance(office, account).wallets.get("main", 0)


def ident_of(office: TestOffice, member: str) -> IdentRow:
    return find_member(office.store, office.identity, member).ident


def check(office: TestOffice) -> None:
    """Nothing under way, nothing lost between buckets, every account the sum of its ledger, the feed sound."""
    check_books(office)
    check_feed(office)
    with office.store.read() as tx:
        accounts = sorted({row.account_id for row in tx.execute(select(LEDGER.c.account_id))})
    books = read_books(office.store, accounts)
    assert (books.effects_under_way, books.effects_failed, books.clearing_points) == (0, 0, {})
    assert books.sound
    assert all(of.balance_points == of.ledger_points for each in books.accounts for of in each.wallets.values())


def test_a_family_has_one_account_with_the_points_of_all(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=ANNA, earned=30), till.sale(account=BORIS, earned=12), till.sale(account=BORIS))
    office.apply()
    account = family(office, ANNA, BORIS)
    assert ident_of(office, CARDS[ANNA]).account_id == ident_of(office, PHONES[BORIS]).account_id == account
    assert balance(office, account) == BalanceRow(
        account, {"main": 42}, receipts=3, came_from=tuple(sorted((ANNA, BORIS)))
    )
    assert balance(office, ANNA) == BalanceRow(ANNA, moved_to=account)
    check(office)


def test_members_keep_their_cards_phones_and_names_in_a_family(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    before = [ident_of(office, CARDS[each]) for each in (ANNA, BORIS)]
    account = family(office, ANNA, BORIS)
    after = [ident_of(office, CARDS[each]) for each in (ANNA, BORIS)]
    assert after == [replace(each, account_id=account) for each in before]


def test_receipts_a_till_made_for_the_old_account_follow_to_the_family(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    account = family(office, ANNA, BORIS)
    till.put(till.sale(account=ANNA, earned=30, at_ms=T0_MS + 5), till.sale(account=account, earned=1))
    till.put(till.sale(account=BORIS, redeemed=10, at_ms=T0_MS + 6))
    office.apply()
    assert (main(office, account), main(office, ANNA), main(office, BORIS)) == (21, 0, 0)
    assert balance(office, account).receipts == 3
    check(office)


def test_a_return_of_a_receipt_from_before_the_family_takes_the_points_from_it(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    sale = sold(till, earned=30, stars=6, qty=2000)
    put(till, sale)
    office.apply()
    account = family(office, ANNA, BORIS)
    put(till, back(till, sale, 1, 1000))
    office.apply()
    assert balance(office, account).wallets == {"main": 15, "stars": 3}
    put(till, back(till, sale, 2, 1000, 1000))
    office.apply()
    assert balance(office, account).wallets == {"main": 0, "stars": 0}
    assert flags(office) == {"clock": 2}, "both returns are of days to come"
    check(office)


def test_lots_keep_their_dates_and_pending_points_stay_pending(office):
    office.now_ms += 86_400_000
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, sold(till, terms=TERMS, earned=30), sold(till, 1, terms=LotTerms(expire_days=10), earned=4))
    till.put(till.sale(account=BORIS, earned=7))
    office.apply()
    account = family(office, ANNA, BORIS)
    purse = balance(office, account).purse
    assert purse is not None

    def shown(today: str) -> tuple[int, int, int, int]:
        found = figures(purse, "main", today)
        return found.usable_points, found.pending_points, found.expired_points, found.owed_points

    assert shown("2026-12-03") == (11, 30, 0, 0)  # to be spent from 6 December; the 4 until the 3rd
    assert shown("2026-12-06") == (37, 0, 4, 0)
    assert shown("2026-12-23") == (7, 0, 34, 0)
    check(office)


def test_points_without_dates_of_two_accounts_are_not_one_lot(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, sold(till, earned=30), sold(till, 1, terms=TERMS, earned=1))
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS)
    purse = balance(office, account).purse
    assert purse is not None
    assert figures(purse, "main", "2026-11-24").usable_points == 42
    check(office)


def test_a_late_receipt_with_dated_points_dates_the_family_s_points(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, sold(till, earned=30))
    office.apply()
    account = family(office, ANNA, BORIS)
    till.put(till.sale(account=account, earned=5))
    office.apply()
    assert balance(office, account).purse is None
    put(till, sold(till, 1, terms=TERMS, earned=3))
    office.apply()
    purse = balance(office, account).purse
    assert purse is not None
    assert [figures(purse, "main", each).usable_points for each in ("2026-11-24", "2026-12-07")] == [35, 38]
    check(office)


def test_the_status_is_that_of_one_account_with_all_receipts(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    publish_programme(office.store, office.identity, CLUB, T0_MS)
    dates = [(ANNA, 100_000, "2026-11-20"), (BORIS, 200_000, "2026-11-20"), (BORIS, 200_000, "2026-11-21")]
    sales = [till.receipt(account=account, total=total, local_date=on) for account, total, on in dates]
    put(till, *sales[:2])
    office.apply()
    account = family(office, ANNA, BORIS)
    put(till, sales[2])
    put(
        till, *(replace(each, receipt_id=hex_id(at), number=f"V{at}", account_id=VERA) for at, each in enumerate(sales))
    )
    office.apply()
    assert status(office, account) == "passenger", "5000 roubles on two days, by two members"
    alone, together = balance(office, VERA), balance(office, account)
    assert (together.progress, together.receipts) == (alone.progress, alone.receipts)


def test_who_leaves_takes_nothing_and_begins_anew(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=ANNA, earned=30), till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS)
    own = leave_family(office.store, office.identity, wish(office, MOVED_MS + 1), CARDS[BORIS]).ident.account_id
    assert len({own, account, BORIS}) == 3
    till.put(till.sale(account=own, earned=3), till.sale(account=BORIS, earned=1), till.sale(account=account, earned=2))
    office.apply()
    # what was sold to the account that moved is the family's, whoever bought
    assert (main(office, own), main(office, account)) == (3, 45)
    with office.store.read() as tx:
        assert [each.ident.member_id for each in members_of(tx, account)] == [ANNA]
        assert [each.ident.member_id for each in members_of(tx, own)] == [BORIS]
    check(office)


def test_who_left_can_come_back_with_what_was_earned_meanwhile(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS, VERA)
    own = leave_family(office.store, office.identity, wish(office, MOVED_MS + 1), CARDS[BORIS]).ident.account_id
    till.put(till.sale(account=own, earned=3))
    office.apply()
    inside = add_to_family(office.store, office.identity, wish(office, MOVED_MS + 2), CARDS[VERA], CARDS[BORIS])
    assert {each.ident.member_id for each in inside} == {ANNA, BORIS, VERA}
    assert (main(office, account), main(office, own)) == (15, 0)
    assert balance(office, account).came_from == tuple(sorted((ANNA, BORIS, VERA, own)))
    check(office)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(BadInput) as caught:
        call()
    return caught.value.code


def test_what_makes_no_family_is_refused_and_changes_nothing(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    office.apply()

    def create(*texts: str) -> str:
        return refused(lambda: create_family(office.store, office.identity, wish(office), texts))

    assert create(CARDS[ANNA]) == "family.few"
    assert create(CARDS[ANNA], PHONES[ANNA]) == "family.twice"
    assert create(CARDS[ANNA], "2990001999999") == "member.unknown"
    account = family(office, ANNA, BORIS)
    assert create(CARDS[ANNA], CARDS[VERA]) == "family.shared"
    base, identity = office.store, office.identity
    assert refused(lambda: add_to_family(base, identity, wish(office), CARDS[VERA], CARDS[ANNA])) == "family.none"
    assert refused(lambda: add_to_family(base, identity, wish(office), CARDS[ANNA], CARDS[BORIS])) == "family.same"
    assert refused(lambda: leave_family(base, identity, wish(office), CARDS[VERA])) == "family.none"
    assert ident_of(office, CARDS[VERA]).account_id == VERA
    assert ident_of(office, CARDS[ANNA]).account_id == account
    check(office)


def test_a_family_of_the_limit_is_made_and_one_more_is_refused(office):
    till = office.till()
    cards = [f"29900020000{number:02d}" for number in range(MAX_FAMILY + 1)]
    till.put(*(till.enrolled(hex_id(card), card)[0] for card in cards))
    office.apply()
    base, identity = office.store, office.identity
    assert refused(lambda: create_family(base, identity, wish(office), cards)) == "family.few"
    made = create_family(base, identity, wish(office), cards[:MAX_FAMILY])
    assert len({each.ident.account_id for each in made}) == 1
    assert refused(lambda: add_to_family(base, identity, wish(office), cards[0], cards[-1])) == "family.full"


def test_no_more_accounts_come_together_than_one_can_take_over():
    one = BalanceRow(ANNA, came_from=tuple(hex_id(number) for number in range(MAX_TAKEN_OVER - 1)))
    assert not is_full(one, BalanceRow(BORIS))
    assert is_full(one, BalanceRow(BORIS, came_from=(VERA,)))


def test_everything_a_row_can_hold_is_handed_on(office):
    """A field nobody thought of in `carrying` would be lost here."""
    whole = BalanceRow(
        ANNA, {"main": 5, "stars": 2}, Progress((SeasonFigures("2026", 100, 10, 1, {"main": 5}, {}, (20_000,)),),
        (Grant("gold", "2026-01-01"),)), 3, (Used("c", "2026-11", 1, 2, 3),), None, {"BDAY": 1},
        invited=(Invited(VERA, ANNA, 200, 100_00, "2026-11-22", T0_MS),),
    )  # fmt: skip
    assert set(BalanceRow.__struct_fields__) == {
        "account_id", "wallets", "progress", "receipts", "used", "purse", "coupon_uses", "moved_to", "came_from",
        "held",
        "escrow",  # stays with the account it was set aside of, and ends there
        "overdrawn",  # follows from the entries of the account it came to
        "invited",
    }  # fmt: skip
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=ANNA, total=99_99, earned=5))
    office.apply()
    force(office, ANNA, replace(whole, wallets={"main": 5}))
    account = family(office, ANNA, BORIS)
    came = tuple(sorted((ANNA, BORIS)))
    assert balance(office, account) == replace(whole, account_id=account, wallets={"main": 5}, came_from=came)


def force(office: TestOffice, account: str, row: BalanceRow) -> None:
    """A row as no receipt of this test makes it."""
    from loyalty.events import canonical
    from sync_server.heads import Change, put_rows

    bucket = bucket_of(account)
    with office.store.begin(bucket) as tx:
        table = FEED["bal"]
        old = tx.execute(select(table.c.h).where(table.c.bucket == bucket, table.c.key == account)).scalar_one()
        put_rows(tx, {"bal": [Change(bucket, account, canonical(row), old)]})


class Killed(BaseException):
    pass


@contextmanager
def killed_at(office: TestOffice, number: int, committed: bool):
    """The process dies at its `number`-th transaction, before it or right after its commit."""
    write, left = office.store.write, [number]

    def dying(work, bucket=None, **more):
        left[0] -= 1
        if left[0] == 0 and not committed:
            raise Killed
        done = write(work, bucket, **more)
        if left[0] == 0:
            raise Killed
        return done

    with patch.object(office.store, "write", dying):
        yield


def steps_of(office: TestOffice, act: Callable[[], object]) -> int:
    """How many transactions it takes."""
    write, count = office.store.write, [0]

    def counting(work, bucket=None, **more):
        count[0] += 1
        return write(work, bucket, **more)

    with patch.object(office.store, "write", counting):
        act()
    return count[0]


def settled(office: TestOffice) -> dict[str, object]:
    """What all must be whatever was killed: rows of the feed but for their numbers, the ledger, who has what."""
    with office.store.read() as tx:
        feed = {
            (stream, row.key): bytes(row.body) if row.body is not None else None
            for stream, table in FEED.items()
            for row in tx.execute(select(table.c.key, table.c.body))
        }
        ledger: Counter[tuple[str, str, str]] = Counter()
        for row in tx.execute(select(LEDGER)):
            ledger[row.account_id, row.wallet, row.contra] += row.points
        aliases = sorted((r.kind, r.alias, r.member_id, r.account_id) for r in tx.execute(select(ALIAS)))
        taken = sorted((r.account_id, r.from_account, r.facts, bytes(r.purse)) for r in tx.execute(select(TAKEN)))
        opened = tx.execute(select(CHANGE_OPEN.c.change_id)).scalars().all()
    return {"feed": feed, "ledger": ledger, "aliases": aliases, "taken": taken, "open": opened}


def scene(request, tmp_path, kind: str, name: str):
    """An office with three members, some points, and a till with receipts the head office has not applied."""
    (tmp_path / name).mkdir()
    return office_on(kind, request, tmp_path / name)


def prepare(office: TestOffice) -> None:
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    put(till, sold(till, terms=TERMS, earned=30))
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    till.put(till.sale(account=ANNA, earned=4), till.sale(account=BORIS, redeemed=2))


def change_it(office: TestOffice, change: str) -> None:
    if change == "family":
        family(office, ANNA, BORIS)
    else:
        merge(office, CARDS[ANNA], CARDS[BORIS])


def change_and_apply(office: TestOffice, change: str) -> None:
    change_it(office, change)
    office.apply()


@pytest.mark.parametrize("change", ["family", "merge"])
@pytest.mark.parametrize("committed", [False, True])
def test_a_change_killed_at_any_transaction_is_finished_and_never_done_twice(tmp_path, request, change, committed):
    with scene(request, tmp_path, "sqlite", "whole") as office:
        prepare(office)
        office.chance = iter(range(5_000_000, 6_000_000))
        count = steps_of(office, lambda: change_and_apply(office, change))
        whole = settled(office)
        check(office)
    assert count > 10
    for number in range(1, count + 1):
        with scene(request, tmp_path, "sqlite", f"at{number}") as office:
            prepare(office)
            office.chance = iter(range(5_000_000, 6_000_000))
            with killed_at(office, number, committed), pytest.raises(Killed):
                change_and_apply(office, change)
            if number == 1 and not committed:  # it had not begun
                office.chance = iter(range(5_000_000, 6_000_000))
                change_it(office, change)
            office.apply()
            assert settled(office) == whole, number
            check(office)


@pytest.mark.postgres
@pytest.mark.parametrize("number", range(1, 12, 2))
def test_a_killed_change_is_finished_on_postgresql_too(postgres_database, request, tmp_path, number):
    with office_on("postgresql", request, tmp_path) as office:
        prepare(office)
        with killed_at(office, number, True), pytest.raises(Killed):
            family(office, ANNA, BORIS)
        office.apply()
        account = ident_of(office, CARDS[ANNA]).account_id
        assert main(office, account) == 30 + 12 + 4 - 2
        check(office)


def test_a_change_left_open_is_finished_by_the_next_command(office):
    prepare(office)
    with killed_at(office, 3, True), pytest.raises(Killed):
        family(office, ANNA, BORIS)
    assert finish_changes(office.store, office.identity)
    assert not finish_changes(office.store, office.identity)
    office.apply()
    check(office)


def test_two_changes_planned_at_once_are_not_both_made(office):
    prepare(office)

    def plan(tx):
        merge(office, CARDS[ANNA], CARDS[BORIS])  # somebody else, in the meantime
        return ()

    with pytest.raises(NotNow) as caught:
        make_change(office.store, office.identity, wish(office), "family", plan)
    assert caught.value.code == "change.busy"
    with office.store.read() as tx:
        assert tx.execute(select(MEMBER_CHANGE.c.kind)).scalars().all() == ["merge"]


def test_an_effect_is_applied_once_though_it_is_sent_and_run_again(office):
    applied: list[str] = []

    def handler(tx, effects, rules):
        applied.extend(effect.effect_id for effect in effects)

    effect = Effect(effect_id("test", "cause", ANNA), "test", ANNA, T0_MS, b"{}")

    def send() -> None:
        office.store.write(lambda tx: send_effects(tx, 3, [effect]), 3)

    def run() -> int:
        return run_effects(office.store, {"test": handler}, Rules)

    send()
    with killed_at(office, 2, False), pytest.raises(Killed):
        run()  # applied, and not marked done
    assert run() == 1
    send()
    assert run() == 0
    assert applied == [effect.effect_id]
    with office.store.read() as tx:
        assert [row.bucket for row in tx.execute(select(EFFECT_IN))] == [bucket_of(ANNA)]
        assert [(row.state, bytes(row.body)) for row in tx.execute(select(EFFECT_OUT))] == [("done", b"")]


def test_an_effect_that_cannot_be_applied_stops_no_other_and_is_tried_again(office):
    mended: list[bool] = []
    applied: list[bytes] = []

    def handler(tx, effects, rules):
        if not mended and any(effect.body == b"bad" for effect in effects):
            raise ValueError("this version cannot")
        applied.extend(effect.body for effect in effects)

    sent = [Effect(effect_id("test", name, ANNA), "test", ANNA, T0_MS, name.encode()) for name in ("bad", "good")]
    office.store.write(lambda tx: send_effects(tx, 3, sent), 3)

    def run() -> int:
        return run_effects(office.store, {"test": handler}, Rules)

    assert (run(), run()) == (2, 0)
    assert applied == [b"good"]
    books = read_books(office.store, [])
    assert (books.effects_under_way, books.effects_failed) == (0, 1)
    mended.append(True)
    send_again(office.store)
    assert run() == 1
    assert applied == [b"good", b"bad"]


def test_points_on_the_way_are_in_the_books_and_points_lost_between_buckets_are_found(office):
    prepare(office)
    office.apply()
    account = hex_id("another")
    leaving = Leaving(account, MOVED_MS, "2026-11-22", "change")
    bucket = bucket_of(ANNA)
    office.store.write(lambda tx: move_account(tx, (bucket, ANNA), leaving, Rules()), bucket)
    books = read_books(office.store, [])
    assert books.conserved
    assert books.sound
    assert (books.effects_under_way, books.clearing_points) == (1, {"main": 34})
    with office.store.begin(bucket) as tx:
        tx.execute(EFFECT_OUT.delete())
    assert not read_books(office.store, []).sound


def test_a_purse_that_comes_late_does_not_replace_a_newer_one(office):
    """Effects of one account may be applied in any order."""
    till = office.till()
    enrol(till, ANNA)
    put(till, sold(till, terms=TERMS, earned=30))
    office.apply()
    account, bucket = hex_id("another"), bucket_of(ANNA)
    leaving = Leaving(account, MOVED_MS, "2026-11-22", "change")
    office.store.write(lambda tx: move_account(tx, (bucket, ANNA), leaving, Rules()), bucket)
    hold_back(office)
    put(till, sold(till, 1, terms=TERMS, earned=3))
    office.apply()
    with office.store.begin(bucket) as tx:
        tx.execute(EFFECT_OUT.update().where(EFFECT_OUT.c.state == "held").values(state="sent"))
    office.apply()
    row = balance(office, account)
    assert row.wallets == {"main": 33}
    assert row.purse is not None
    assert figures(row.purse, "main", "2026-12-07").usable_points == 33
    check(office)


def hold_back(office: TestOffice) -> None:
    with office.store.begin(bucket_of(ANNA)) as tx:
        tx.execute(EFFECT_OUT.update().values(state="held"))


# -- merges


def test_the_kept_member_has_cards_phones_and_points_of_both(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=ANNA, earned=30), till.sale(account=BORIS, earned=12))
    office.apply()
    anna, boris = ident_of(office, CARDS[ANNA]), ident_of(office, CARDS[BORIS])
    merge(office, CARDS[ANNA], CARDS[BORIS])
    kept = ident_of(office, CARDS[BORIS])
    assert kept == replace(anna, cards=(CARDS[ANNA], CARDS[BORIS]), more_phones=(boris.phone_hash,))
    assert {ident_of(office, text).member_id for text in (PHONES[ANNA], PHONES[BORIS], BORIS)} == {ANNA}
    assert (main(office, ANNA), main(office, BORIS)) == (42, 0)
    till.put(till.sale(account=BORIS, earned=1))
    office.apply()
    assert main(office, ANNA) == 43
    check(office)


def test_tills_forget_the_member_who_was_merged(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    table = FEED["ident"]
    with office.store.read() as tx:
        rows = {row.key: row.body for row in tx.execute(select(table.c.key, table.c.body))}
    assert rows[BORIS] is None
    assert rows[ANNA] is not None
    check(office)


def test_a_merge_again_or_with_oneself_is_refused(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    assert refused(lambda: merge(office, CARDS[ANNA], PHONES[ANNA])) == "merge.same"
    merge(office, CARDS[ANNA], CARDS[BORIS])
    whole = settled(office)
    assert refused(lambda: merge(office, CARDS[ANNA], CARDS[BORIS])) == "merge.same"
    assert refused(lambda: merge(office, BORIS, ANNA)) == "merge.same"
    assert settled(office) == whole


def test_merges_one_after_another_lead_to_the_last_kept(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=VERA, earned=5), till.sale(account=BORIS, earned=12))
    office.apply()
    merge(office, CARDS[BORIS], CARDS[VERA])
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert {ident_of(office, text).member_id for text in (VERA, CARDS[VERA], PHONES[VERA], BORIS)} == {ANNA}
    till.put(till.sale(account=VERA, earned=100), till.sale(account=BORIS, earned=1000))
    office.apply()
    assert [main(office, each) for each in (ANNA, BORIS, VERA)] == [1117, 0, 0]
    assert balance(office, ANNA).came_from == tuple(sorted((BORIS, VERA)))
    assert balance(office, ANNA).receipts == 4
    check(office)


def test_merging_into_a_member_of_a_family_brings_the_points_to_the_family(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=VERA, earned=5))
    office.apply()
    account = family(office, ANNA, BORIS)
    merge(office, CARDS[ANNA], CARDS[VERA])
    assert main(office, account) == 5
    check(office)


def test_who_shares_an_account_leaves_its_points_to_the_family_when_merged_away(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS)
    plan = plan_merger(office.store, office.identity, CARDS[VERA], CARDS[BORIS])
    assert not plan.with_points
    merge(office, CARDS[VERA], CARDS[BORIS])
    assert (main(office, account), main(office, VERA)) == (12, 0)
    assert ident_of(office, CARDS[BORIS]).account_id == VERA
    with office.store.read() as tx:
        assert [each.ident.member_id for each in members_of(tx, account)] == [ANNA]
    check(office)


def test_two_of_one_family_become_one_and_the_points_stay(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    account = family(office, ANNA, BORIS)
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert main(office, account) == 12
    with office.store.read() as tx:
        assert [each.ident.member_id for each in members_of(tx, account)] == [ANNA]
    check(office)


def test_personal_data_that_come_after_the_merge_are_the_kept_member_s(office):
    till = office.till()
    enrol(till, ANNA)
    event, personal = till.enrolled(BORIS, CARDS[BORIS], PHONES[BORIS], NAMES[BORIS])
    till.put(event)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    store_personal(office.store, office.identity, [personal])
    kept = ident_of(office, PHONES[BORIS])
    assert kept.member_id == ANNA
    assert kept.more_phones == (office.identity.phone_hash(PHONES[BORIS]),)
    assert kept.name_masked == "Мария И."
    assert read_personal(office.store, ANNA).phone == f"{PHONES[ANNA]}, {PHONES[BORIS]}"
    assert flags(office) == {}
    check(office)


def test_the_kept_member_s_own_data_come_first_whenever_they_come(office):
    till = office.till()
    event, personal = till.enrolled(ANNA, CARDS[ANNA], PHONES[ANNA], NAMES[ANNA])
    till.put(event)
    enrol(till, BORIS)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    assert ident_of(office, ANNA).name_masked == "Борис П."
    store_personal(office.store, office.identity, [personal])
    kept = ident_of(office, ANNA)
    assert kept.name_masked == "Мария И."
    hashes = [office.identity.phone_hash(PHONES[each]) for each in (ANNA, BORIS)]
    assert [kept.phone_hash, *kept.more_phones] == hashes
    assert kept.phone_tail == "67"


def consent(till: Till, member: str, given: bool, at_ms: int) -> bytes:
    said = Consent("advertising", "2026-1", given)
    return till.event(ConsentChanged(member, member, said, "anna"), at_ms=at_ms)


def test_the_latest_consent_of_either_holds_and_of_two_at_once_the_withdrawn_one(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    till.put(consent(till, ANNA, True, T0_MS + 10), consent(till, BORIS, False, T0_MS + 20))
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])

    def newest() -> bool:
        facts = read_member(office.store, ANNA)
        assert facts is not None
        return facts.consents[0].given

    assert newest() is False
    till.put(consent(till, BORIS, True, T0_MS + 30))  # a till that did not know yet
    office.apply()
    assert newest() is True
    till.put(consent(till, ANNA, False, T0_MS + 30))
    office.apply()
    assert newest() is False


def test_the_office_finds_the_kept_member_by_what_belonged_to_the_other(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    for text in (CARDS[BORIS], PHONES[BORIS], PHONES[BORIS][-4:], NAMES[BORIS], ""):
        assert [line.member_id for line in find_members(office.store, office.identity, text)] == [ANNA], text


def test_the_effect_of_a_merge_goes_on_to_who_kept_the_kept_one(office):
    till = office.till()
    enrol(till, ANNA, BORIS, VERA)
    office.apply()
    merge(office, CARDS[ANNA], CARDS[BORIS])
    late = member_steps.Gone(place(VERA), place(BORIS), "olga", ident_of(office, CARDS[VERA]))
    effect = Effect(effect_id("gone", "late", BORIS), member_steps.GONE, BORIS, MOVED_MS, msgspec.json.encode(late))
    office.store.write(lambda tx: send_effects(tx, 3, [effect]), 3)
    office.apply()
    assert CARDS[VERA] in ident_of(office, ANNA).cards


def place(member: str) -> Place:
    return Place(member, member)


def test_who_was_blocked_stays_blocked_and_audiences_are_united():
    one = IdentRow(ANNA, ANNA, "Мария И.", ("1",), "aa", "67", "", ("north",), False, {"1": "bank"})
    two = IdentRow(BORIS, BORIS, "Борис П.", ("2",), "bb", "68", "05-23", ("east", "north"), True, {"2": "district"})
    assert united(one, two) == IdentRow(
        ANNA, ANNA, "Мария И.", ("1", "2"), "aa", "67", "05-23", ("east", "north"), True,
        {"1": "bank", "2": "district"}, ("bb",),
    )  # fmt: skip


def test_points_written_off_before_the_move_are_written_off_once_after_it(office):
    till = office.till()
    enrol(till, ANNA, BORIS)
    put(till, sold(till, terms=LotTerms(expire_days=10), earned=30), sold(till, 1, earned=4))
    till.put(till.sale(account=BORIS, earned=12))
    office.apply()
    later_ms = T0_MS + 20 * 86_400_000
    expire(office.store, later_ms)
    assert main(office, ANNA) == 4
    account = family(office, ANNA, BORIS)
    assert (main(office, account), main(office, ANNA)) == (16, 0)
    expire(office.store, later_ms)
    assert main(office, account) == 16
    with office.store.read() as tx:
        query = select(LEDGER.c.account_id, LEDGER.c.points).where(LEDGER.c.contra == "expired")
        entries = sorted((row.account_id, row.points) for row in tx.execute(query))
    assert entries == sorted([(ANNA, -30), (ANNA, 30), (account, -30)])
    # spent while they were good, by a till that was offline: the family has them in its books again
    put(till, sold(till, 2, redeemed=30))
    office.apply()
    assert main(office, account) == 16
    purse = balance(office, account).purse
    assert purse is not None
    assert figures(purse, "main", "2026-12-31").expired_points == 0
    check(office)
