"""Accounts that move from bucket to bucket: cut anywhere, sent again, late, and never done twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from sqlalchemy import select

from loyalty.errors import NotNow
from loyalty.events import bucket_of
from loyalty.points.purse import figures
from sync_server.books import read_books
from sync_server.carrying import Leaving
from sync_server.effects import Effect, effect_id, run_effects, send_again, send_effects
from sync_server.member_changes import finish_changes, make_change
from sync_server.moving import move_account
from sync_server.schema import EFFECT_IN, EFFECT_OUT, MEMBER_CHANGE
from sync_server.standing import Rules
from tests.support.families import (
    ANNA,
    BORIS,
    CARDS,
    MOVED_MS,
    VERA,
    check,
    enrol,
    family,
    ident_of,
    main,
    merge,
    settled,
    wish,
)
from tests.support.purses import TERMS, put, sold
from tests.support.server import T0_MS, TestOffice, hex_id, office_on
from tests.support.taking_in import balance


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
