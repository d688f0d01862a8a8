"""Families and merges over SQLite and PostgreSQL alike: points move between buckets once, whatever is killed when."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import select

from loyalty.events import bucket_of
from loyalty.feed import BalanceRow
from loyalty.member import Used
from loyalty.points.lots import MAX_TAKEN_OVER
from loyalty.points.purse import figures
from loyalty.points.terms import LotTerms
from loyalty.referral import Invited
from loyalty.statuses.progress import Grant, Progress, SeasonFigures
from sync_server.carrying import is_full
from sync_server.expire import expire
from sync_server.families import MAX_FAMILY, add_to_family, create_family, leave_family
from sync_server.find_member import members_of
from sync_server.programmes import publish_programme
from sync_server.schema import FEED, LEDGER
from tests.support.families import (
    ANNA,
    BORIS,
    CARDS,
    MOVED_MS,
    PHONES,
    VERA,
    check,
    enrol,
    family,
    ident_of,
    main,
    refused,
    wish,
)
from tests.support.purses import TERMS, back, put, sold
from tests.support.server import T0_MS, TestOffice, hex_id
from tests.support.taking_in import CLUB, balance, flags, status


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
        "escrow",
        "escrow_way",  # follows from the rows of what is set aside, as `escrow` does
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


# -- merges


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
