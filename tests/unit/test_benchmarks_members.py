"""The cache file the benchmarks measure with is one that a head office could have made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import members, shop
from benchmarks.scratch import Scratch
from loyalty.codes import CardCode, CodeRanges, classify
from loyalty.events import bucket_of
from loyalty.feed import STREAMS, Head, checksum_add, row_hash
from terminal.offline_queue import keys
from terminal.offline_queue.store import Store, open_store

COUNT = 2_500


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return Scratch(tmp_path_factory.mktemp("bench"), small=True)


@pytest.fixture(scope="module")
def store(scratch: Scratch) -> Iterator[Store]:
    opened = open_store(scratch.till(COUNT))
    yield opened
    opened.close()


def test_every_card_finds_a_member_of_its_own_who_has_it(store: Store) -> None:
    found = {}
    for place in range(COUNT):
        card = members.card(place)
        known = store.cache.member_by_card(card)
        assert known is not None
        assert known.ident.cards == (card,)
        assert known.balance.account_id == known.ident.account_id
        found[known.ident.member_id] = card
    assert len(found) == COUNT
    assert isinstance(classify(members.card(COUNT - 1), CodeRanges()), CardCode)
    assert store.cache.member_by_card(members.card(COUNT)) is None


def test_a_phone_finds_its_member(store: Store) -> None:
    known = store.cache.member_by_phone_hash(keys.phone_hash(shop.SCOPE_KEY, "+79030000042"))
    assert known is not None
    assert known.ident.phone_tail == "42"


def test_goods_and_the_signed_programme_are_there_and_the_shift_is_open(store: Store) -> None:
    assert [row.id for row in store.cache.programmes()] == ["club"]
    assert store.cache.product(shop.code_of(7)) == shop.product(7)
    assert [product.name for product in store.cache.search_products("sample-0007")] == ["Sample-0007"]
    assert store.journal.open_shift() is not None


def test_hashes_checksums_and_places_are_those_the_feed_gives(scratch: Scratch) -> None:
    cache = scratch.cache_file(COUNT)
    with sqlite3.connect(cache.path) as file:
        for stream in STREAMS:
            sums: dict[int, tuple[int, int]] = {}
            rows = file.execute(f"SELECT key, bucket, change_seq, h, body FROM {stream}").fetchall()
            for key, bucket, seq, digest, body in rows:
                name = key.hex() if stream in ("ident", "bal") else key.decode()
                assert digest == row_hash(stream, name, seq, body)
                assert bucket == (bucket_of(name) if stream in ("ident", "bal") else 0)
                last, total = sums.get(bucket, (0, 0))
                sums[bucket] = max(last, seq), checksum_add(total, added=digest)
            heads = tuple(Head(bucket, *sums[bucket]) for bucket in sorted(sums))
            assert cache.vectors[stream] == heads
            assert cache.rows[stream] == len(rows)
            assert set(file.execute("SELECT bucket, seq, checksum FROM cursor WHERE stream = ?", (stream,))) == {
                (head.bucket, head.seq, head.checksum) for head in heads
            }
    file.close()


def test_equal_numbers_give_equal_files(tmp_path: Path) -> None:
    made = [
        members.build_cache(tmp_path / name, 100, shop.GEN, shop.SCOPE_KEY, shop.rows()).path.read_bytes()
        for name in ("one", "two")
    ]
    assert made[0] == made[1]
