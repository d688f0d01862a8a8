"""What is kept for a time only, over SQLite and PostgreSQL alike: gone when it is time, and nothing a till needs is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from loyalty.events import bucket_of
from loyalty.feed import STREAMS, DeltaPage
from sync_server.confirmations import HOUR_MS
from sync_server.feed import read_delta
from sync_server.heads import Change, put_rows
from sync_server.messages.journal import KEPT_MS
from sync_server.purging import leftovers, tombstones
from sync_server.purging.purge import DAY_MS, KEPT_DAYS, Purged, purge
from sync_server.schema import (
    BUCKET_HEAD,
    CONFIRMATION,
    CONFIRMATION_PACE,
    CONSOLE_SESSION,
    ENROL_CODE,
    FEED,
    MESSAGE,
    TOMBSTONE_NOTE,
)  # fmt: skip
from sync_server.snapshot import LEFT_MS, make_snapshot
from sync_server.verifying.verify import verify
from tests.support.server import T0_MS, TestOffice, hex_id

ANNA, BORIS, CLARA = (hex_id(name) for name in ("anna", "boris", "clara"))
BUCKET = 7
NOTHING = Purged(0, 0, 0, 0, 0, 0)


@dataclass
class Shelf:
    """Rows of one bucket of `ident`, put there and taken away."""

    office: TestOffice

    def put(self, key: str, body: bytes | None) -> None:
        table = FEED["ident"]
        with self.office.store.begin(BUCKET) as tx:
            here = (table.c.bucket == BUCKET) & (table.c.key == key)
            old = tx.execute(select(table.c.h).where(here)).scalar()
            put_rows(tx, {"ident": [Change(BUCKET, key, body, old)]})

    def rows(self) -> dict[str, bool]:
        """key -> whether it is there as a row that lives."""
        table = FEED["ident"]
        with self.office.store.read() as tx:
            found = tx.execute(select(table.c.key, table.c.body).where(table.c.bucket == BUCKET))
            return {row.key: row.body is not None for row in found}

    def head(self) -> Any:
        here = (BUCKET_HEAD.c.bucket == BUCKET) & (BUCKET_HEAD.c.stream == "ident")
        with self.office.store.read() as tx:
            return tx.execute(select(BUCKET_HEAD).where(here)).one()

    def page(self, from_seq: int) -> DeltaPage:
        gen = self.office.identity.gen
        return read_delta(self.office.store, gen, "till", "ident", BUCKET, from_seq, gen)


def run(office: TestOffice, tmp_path, day: int, dry_run: bool = False, days: int = KEPT_DAYS) -> Purged:
    return purge(office.store, tmp_path / "snapshots", T0_MS + day * DAY_MS, days, dry_run)


def count(office: TestOffice, table) -> int:
    with office.store.read() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_tombstone_goes_90_days_after_a_run_first_saw_it_and_not_a_day_before(office, tmp_path):
    shelf = Shelf(office)
    for key in (ANNA, BORIS):
        shelf.put(key, b"{}")
    shelf.put(ANNA, None)
    assert run(office, tmp_path, 0) == NOTHING
    assert run(office, tmp_path, 89) == NOTHING
    assert shelf.rows() == {ANNA: False, BORIS: True}
    assert run(office, tmp_path, 90).tombstones == 1
    assert shelf.rows() == {BORIS: True}
    assert verify(office.store).sound


def test_one_that_came_after_the_note_waits_for_90_days_of_its_own(office, tmp_path):
    shelf = Shelf(office)
    for key in (ANNA, BORIS):
        shelf.put(key, b"{}")
    shelf.put(ANNA, None)
    run(office, tmp_path, 0)
    shelf.put(BORIS, None)
    run(office, tmp_path, 40)
    assert run(office, tmp_path, 129).tombstones == 1
    assert shelf.rows() == {BORIS: False}
    assert run(office, tmp_path, 130).tombstones == 1


def test_how_long_they_are_kept_can_be_chosen(office, tmp_path):
    shelf = Shelf(office)
    shelf.put(ANNA, b"{}")
    shelf.put(ANNA, None)
    run(office, tmp_path, 0, days=3)
    assert run(office, tmp_path, 2, days=3).tombstones == 0
    assert run(office, tmp_path, 3, days=3).tombstones == 1


def test_a_cursor_below_what_was_purged_must_fetch_anew_and_one_that_has_had_it_need_not(office, tmp_path):
    shelf = Shelf(office)
    for key in (ANNA, BORIS):
        shelf.put(key, b"{}")
    shelf.put(ANNA, None)  # numbered 3
    shelf.put(CLARA, b"{}")
    before = shelf.head()
    run(office, tmp_path, 0)
    run(office, tmp_path, 90)
    after = shelf.head()
    assert (after.low_water, after.seq, after.checksum) == (3, before.seq, before.checksum)
    assert [shelf.page(seq).must_refetch for seq in range(5)] == [False, True, True, False, False]
    assert [row.key for row in shelf.page(0).rows] == [BORIS, CLARA]


def test_mark_and_rows_of_a_piece_go_in_one_transaction(office, tmp_path, monkeypatch):
    monkeypatch.setattr(tombstones, "UNIT_ROWS", 2)
    shelf = Shelf(office)
    keys = [hex_id("gone", number) for number in range(5)]
    for key in keys:
        shelf.put(key, b"{}")
    for key in keys:
        shelf.put(key, None)  # numbered 6 to 10
    run(office, tmp_path, 0)
    done: list[int] = []

    def dies_after_one(tx, bucket, stream, up_to):
        if done:
            raise ConnectionError
        done.append(drop(tx, bucket, stream, up_to))
        return done[0]

    drop = tombstones._drop
    with monkeypatch.context() as patched:
        patched.setattr(tombstones, "_drop", dies_after_one)
        with pytest.raises(ConnectionError):
            run(office, tmp_path, 90)
    assert (len(shelf.rows()), shelf.head().low_water) == (3, 7)
    assert run(office, tmp_path, 90).tombstones == 3
    assert (shelf.rows(), shelf.head().low_water) == ({}, 10)


def test_a_row_that_came_back_to_life_stays(office, tmp_path):
    shelf = Shelf(office)
    shelf.put(ANNA, b"{}")
    shelf.put(ANNA, None)
    run(office, tmp_path, 0)
    shelf.put(ANNA, b"{}")
    assert run(office, tmp_path, 90).tombstones == 0
    assert shelf.rows() == {ANNA: True}


def test_a_dry_run_says_what_would_go_and_changes_nothing(office, tmp_path):
    shelf = Shelf(office)
    shelf.put(ANNA, b"{}")
    shelf.put(ANNA, None)
    assert run(office, tmp_path, 0, dry_run=True) == NOTHING
    assert count(office, TOMBSTONE_NOTE) == 0
    run(office, tmp_path, 0)
    assert run(office, tmp_path, 90, dry_run=True).tombstones == 1
    assert shelf.rows() == {ANNA: False}


def test_a_run_repeated_does_nothing_and_keeps_no_notes_it_does_not_need(office, tmp_path):
    shelf = Shelf(office)
    shelf.put(ANNA, b"{}")
    shelf.put(ANNA, None)
    for day in (0, 0, 1):
        run(office, tmp_path, day)
    assert count(office, TOMBSTONE_NOTE) == 1
    assert run(office, tmp_path, 90).tombstones == 1
    assert run(office, tmp_path, 90) == NOTHING
    assert count(office, TOMBSTONE_NOTE) == 0


def test_streams_are_counted_apart(office, tmp_path):
    assert set(STREAMS) == set(FEED)
    with office.store.begin(BUCKET) as tx:
        put_rows(tx, {"goods": [Change(BUCKET, "1", b"{}", None)], "ident": [Change(BUCKET, ANNA, b"{}", None)]})
    Shelf(office).put(ANNA, None)
    run(office, tmp_path, 0)
    run(office, tmp_path, 90)
    with office.store.read() as tx:
        marks = {row.stream: row.low_water for row in tx.execute(select(BUCKET_HEAD))}
    assert marks == {"goods": 0, "ident": 2}


def test_what_is_over_goes_and_what_may_still_be_asked_for_stays(office, tmp_path):
    confirmation = {
        "bucket": bucket_of(ANNA), "account_id": ANNA, "confirmation_id": "", "terminal": "", "code_hash": "",
        "tries": 0, "last_hash": "", "confirmed": 0, "asked": 1,
    }  # fmt: skip
    hour = T0_MS // HOUR_MS
    over, alive = T0_MS - HOUR_MS - 1, T0_MS - HOUR_MS
    fills = [
        (CONFIRMATION, [{**confirmation, "member_id": BORIS, "made_ms": over, "hour": hour - 2},
                        {**confirmation, "member_id": ANNA, "made_ms": alive, "hour": hour - 2},
                        {**confirmation, "member_id": CLARA, "made_ms": 0, "hour": hour - 1}]),
        (CONFIRMATION_PACE, [{"tshard": 1, "terminal": "a", "hour": hour - 2, "asked": 1},
                             {"tshard": 1, "terminal": "b", "hour": hour - 1, "asked": 1}]),
        (MESSAGE, [{"bucket": 1, "message_id": "a", "at_ms": T0_MS - KEPT_MS - 1, "phone": "+7", "text": "x"},
                   {"bucket": 1, "message_id": "b", "at_ms": T0_MS - KEPT_MS, "phone": "+7", "text": "x"}]),
        (CONSOLE_SESSION, [{"token_hash": "a", "name": "anna", "expires_ms": T0_MS},
                           {"token_hash": "b", "name": "anna", "expires_ms": T0_MS + 1}]),
        (ENROL_CODE, [{"code_hash": "a", "store": "S1", "store_name": "", "expires_ms": T0_MS - 1, "tries": 0,
                       "used_by": ""},
                      {"code_hash": "b", "store": "S1", "store_name": "", "expires_ms": T0_MS, "tries": 0,
                       "used_by": ""}]),
    ]  # fmt: skip
    for table, rows in fills:
        with office.store.begin(bucket_of(ANNA) if table is CONFIRMATION else None) as tx:
            tx.execute(insert(table), rows)
    expected = Purged(tombstones=0, confirmations=2, messages=1, sessions=1, codes=1, snapshots=0)
    assert run(office, tmp_path, 0, dry_run=True) == expected
    assert run(office, tmp_path, 0) == expected
    assert run(office, tmp_path, 0) == NOTHING
    assert [count(office, table) for table, _ in fills] == [2, 1, 1, 1, 1]


def test_whatever_there_is_goes_a_piece_at_a_time(office, tmp_path, monkeypatch):
    monkeypatch.setattr(leftovers, "UNIT_ROWS", 2)
    rows = [
        {"bucket": number % 2, "message_id": str(number), "at_ms": 1, "phone": "+7", "text": "x"} for number in range(5)
    ]
    with office.store.begin(None) as tx:
        tx.execute(insert(MESSAGE), rows)
    assert run(office, tmp_path, 0).messages == 5
    assert count(office, MESSAGE) == 0


def test_snapshots_of_another_generation_and_what_died_amid_one_go(office, tmp_path):
    folder = tmp_path / "snapshots"
    made = [make_snapshot(office.store, office.identity, folder, T0_MS + n, hex_id(n)) for n in range(2)]
    manifest = folder / f"{T0_MS + 1:015d}-{made[1].snapshot_id}.json"
    manifest.write_bytes(manifest.read_bytes().replace(made[1].gen.encode(), b"0" * 16))
    (folder / "left.zst").write_bytes(b"x")
    (folder / "making-left").mkdir()
    now_ms = int((folder / "left.zst").stat().st_mtime * 1000) + LEFT_MS + 2000
    fresh = purge(office.store, folder, now_ms - LEFT_MS - 4000)
    assert fresh.snapshots == 1, "only the manifest: the files may be in the making"
    assert purge(office.store, folder, now_ms).snapshots == 3
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"{T0_MS:015d}-{made[0].snapshot_id}.json", f"{made[0].snapshot_id}.zst"]
    )
