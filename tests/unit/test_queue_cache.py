"""terminal.offline_queue.cache: look-ups, installing buckets, exchanging the file, mending a damaged one."""

import sqlite3
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.errors import StoreFault
from loyalty.feed import Applied
from loyalty.sentences import say
from terminal.offline_queue import cache_words
from terminal.offline_queue.cache import Cache
from terminal.offline_queue.cache_disk import forget, make_empty
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.keys import phone_hash
from terminal.offline_queue.sentences import SENTENCES
from tests.support.queue_samples import (
    SCOPE,
    account_in,
    balance_row,
    cursor_to,
    goods_row,
    hex_id,
    ident_row,
    identity,
    programme_row,
    tombstone,
)

KEY = identity().server_key


@pytest.fixture
def cache(tmp_path):
    made = Cache(tmp_path / "cache.db", KEY)
    yield made
    made.close()


def put(cache, stream, bucket, rows, **more):
    assert cache.install(rows, cursor_to(stream, bucket, rows, **more))


def test_a_member_is_found_by_card_and_by_phone_with_balance_place_and_age(cache):
    account = account_in(7)
    hashed = phone_hash(SCOPE, "+79031234567")
    put(cache, "ident", 7, [ident_row(account, "111", "222", phone=hashed)], as_of_ms=4)
    put(cache, "bal", 7, [balance_row(account, 55)], applied=Applied(1, 9), as_of_ms=5)
    found = cache.member_by_card("222")
    assert (found.ident.account_id, found.balance.wallets) == (account, {"main": 55})
    assert (found.applied, found.as_of_ms) == (Applied(1, 9), 5)
    assert cache.member_by_phone_hash(hashed) == found
    assert cache.member_by_card("333") is None
    assert cache.member_by_phone_hash("00" * 16) is None


def test_a_level_cache_makes_every_balance_as_fresh_as_itself(cache):
    account = account_in(7)
    put(cache, "ident", 7, [ident_row(account, "111")])
    put(cache, "bal", 7, [balance_row(account, 55)], as_of_ms=5)
    cache.set_as_of(90)
    assert cache.member_by_card("111").as_of_ms == 90
    assert cache.as_of_ms() == 90


def test_a_member_without_a_balance_has_none_yet(cache):
    account = account_in(7)
    put(cache, "ident", 7, [ident_row(account, "111")])
    known = cache.member_by_card("111")
    assert (known.balance.wallets, known.applied, known.as_of_ms) == ({}, Applied(), 0)


def test_a_card_that_moved_finds_its_new_member_whichever_row_comes_first(cache):
    old, new = account_in(7, 0), account_in(7, 1)
    put(cache, "ident", 7, [ident_row(old, "111", "112"), ident_row(new, "222", change_seq=2)])
    moved = [ident_row(new, "222", "111", change_seq=3), ident_row(old, "112", change_seq=4)]
    assert cache.install(moved, cursor_to("ident", 7, moved))
    assert cache.member_by_card("111").ident.account_id == new
    assert cache.member_by_card("112").ident.account_id == old
    back = [ident_row(old, "111", "112", change_seq=5), ident_row(new, "222", change_seq=6)]
    assert cache.install(back, cursor_to("ident", 7, back))
    assert cache.member_by_card("111").ident.account_id == old


def test_a_tombstone_takes_the_member_out_of_every_look_up(cache):
    account = account_in(7)
    hashed = phone_hash(SCOPE, "+79031234567")
    put(cache, "ident", 7, [ident_row(account, "111", phone=hashed)])
    gone = [tombstone(hex_id("member", account), 2)]
    assert cache.install(gone, cursor_to("ident", 7, gone))
    assert cache.member_by_card("111") is None
    assert cache.member_by_phone_hash(hashed) is None


def test_a_key_that_comes_twice_counts_as_it_came_last(cache):
    account = account_in(7)
    newest = balance_row(account, 9, change_seq=3)
    rows = [newest, balance_row(account, 1, change_seq=2)]
    assert cache.install(rows, cursor_to("bal", 7, [newest]))


def test_rows_that_do_not_add_up_drop_their_bucket_and_no_other(cache):
    here, there = account_in(7), account_in(8)
    put(cache, "ident", 7, [ident_row(here, "111")])
    put(cache, "ident", 8, [ident_row(there, "222")])
    wrong = Cursor("ident", 7, 2, 12345)
    assert not cache.install([ident_row(account_in(7, 1), "333", change_seq=2)], wrong)
    assert cache.member_by_card("111") is None
    assert cache.member_by_card("333") is None
    assert cache.member_by_card("222") is not None
    assert set(cache.cursors()) == {("ident", 8)}


def test_a_bucket_fetched_afresh_forgets_what_is_not_in_it_any_more(cache):
    old, new = account_in(7, 0), account_in(7, 1)
    put(cache, "ident", 7, [ident_row(old, "111")])
    rows = [ident_row(new, "222", change_seq=9)]
    assert cache.install(rows, cursor_to("ident", 7, rows), afresh=True)
    assert cache.member_by_card("111") is None
    assert cache.member_by_card("222") is not None


def test_goods_are_found_by_the_beginnings_of_words_in_any_case(cache):
    rows = [
        goods_row("4600000000015", "Сыр Пошехонский, жёлтый"),
        goods_row("4600000000022", "Сырок глазированный", 2),
        goods_row("4600000000039", "Шарф клубный", 3),
    ]
    put(cache, "goods", 1, rows)
    assert [p.name for p in cache.search_products("СЫР")] == ["Сыр Пошехонский, жёлтый", "Сырок глазированный"]
    assert [p.name for p in cache.search_products("желт сыр")] == ["Сыр Пошехонский, жёлтый"]
    assert [p.code for p in cache.search_products("46000000000")] == [f"46000000000{n}" for n in (15, 22, 39)]
    assert cache.search_products("ыр") == ()
    assert cache.search_products(" ,. ") == ()
    assert len(cache.search_products("с", limit=1)) == 1
    assert cache.product("4600000000039").name == "Шарф клубный"
    assert cache.product("1") is None


def test_goods_renamed_or_deleted_are_not_found_by_their_old_name(cache):
    put(cache, "goods", 1, [goods_row("1", "Шарф"), goods_row("2", "Кепка", 2)])
    later = [goods_row("1", "Платок", 3), tombstone("2", 4)]
    assert cache.install(later, cursor_to("goods", 1, later))
    assert cache.search_products("шарф") == ()
    assert cache.search_products("кепка") == ()
    assert cache.search_products("платок") == (cache.product("1"),)
    assert cache.product("2") is None


def test_no_search_gives_more_than_its_limit(cache):
    rows = [goods_row(str(number), f"Сыр {number}", number + 1) for number in range(cache_words.MAX_FOUND + 5)]
    put(cache, "goods", 1, rows)
    assert len(cache.search_products("сыр", limit=1000)) == cache_words.MAX_FOUND


def test_a_programme_nobody_of_the_head_office_signed_is_not_given_out(cache):
    stranger = Ed25519PrivateKey.generate()
    put(cache, "programmes", 0, [programme_row("a = 1", id="ours"), programme_row("b = 1", stranger, 2, "theirs")])
    assert [row.id for row in cache.programmes()] == ["ours"]


def test_a_missing_cache_is_made_empty_and_says_so(cache, tmp_path):
    assert cache.notice.code == "cache.empty"
    put(cache, "ident", 7, [ident_row(account_in(7), "111")])
    cache.close()
    again = Cache(tmp_path / "cache.db", KEY)
    assert again.notice is None
    assert again.member_by_card("111") is not None
    again.close()
    (tmp_path / "cache.db").unlink()
    third = Cache(tmp_path / "cache.db", KEY)
    assert third.notice
    assert "пуст" in say(third.notice, "ru", SENTENCES)
    assert third.member_by_card("111") is None
    third.close()


def test_the_log_of_a_deleted_cache_does_not_haunt_the_new_one(tmp_path):
    cache = Cache(tmp_path / "cache.db", KEY)
    put(cache, "ident", 7, [ident_row(account_in(7), "111")])
    log = (tmp_path / "cache.db-wal").read_bytes()
    cache.close()
    (tmp_path / "cache.db").unlink()
    (tmp_path / "cache.db-wal").write_bytes(log)
    again = Cache(tmp_path / "cache.db", KEY)
    assert again.member_by_card("111") is None
    assert again.install([], Cursor("bal", 1))
    again.close()


@pytest.mark.parametrize("contents", [b"", b"garbage" * 999, "other version", "other tables"])
def test_a_cache_that_cannot_be_used_is_made_anew_and_says_so(tmp_path, contents):
    path = tmp_path / "cache.db"
    if isinstance(contents, bytes):
        path.write_bytes(contents)
    else:
        if contents == "other version":
            make_empty(path)
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.execute("CREATE TABLE other (a)")
        connection.close()
    cache = Cache(path, KEY)
    assert cache.notice
    assert cache.notice.code == "cache.damaged"
    put(cache, "ident", 7, [ident_row(account_in(7), "111")])
    assert cache.member_by_card("111") is not None
    cache.close()


def test_a_cache_damaged_while_in_use_is_made_anew_once_and_the_till_goes_on(tmp_path):
    path = tmp_path / "cache.db"
    cache = Cache(path, KEY)
    rows = [ident_row(account_in(7, nth), str(nth), change_seq=nth + 1) for nth in range(20)]
    put(cache, "ident", 7, rows)
    cache.close()
    connection = sqlite3.connect(path)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'card'").fetchone()
    connection.close()
    again = Cache(path, KEY)
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreFault) as caught:
        again.member_by_card("1")
    assert caught.value.code == "cache.damaged"
    assert again.notice
    assert again.notice.code == "cache.damaged"
    assert again.member_by_card("1") is None
    put(again, "ident", 7, rows)
    assert again.member_by_card("1") is not None
    again.close()


def snapshot(path, rows, gen="g2"):
    make_empty(path, gen)
    made = Cache(path, KEY)
    put(made, "ident", 7, rows)
    made.close()
    return path


def test_a_new_file_takes_the_place_of_the_old_one_for_every_reader(cache, tmp_path):
    old, new = account_in(7, 0), account_in(7, 1)
    put(cache, "ident", 7, [ident_row(old, "111")])
    assert cache.member_by_card("111") is not None
    cache.replace_with(snapshot(tmp_path / "cache.fresh", [ident_row(new, "222")]))
    assert cache.member_by_card("111") is None
    assert cache.member_by_card("222") is not None
    assert cache.gen() == "g2"
    assert cache.notice is None
    later = [ident_row(new, "333", change_seq=2)]
    assert cache.install(later, cursor_to("ident", 7, later))
    cache.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache.db"]


def test_readers_amid_exchanges_see_one_file_or_the_other_never_a_mix(cache, tmp_path):
    account = account_in(7)
    put(cache, "ident", 7, [ident_row(account, "card")])
    put(cache, "bal", 7, [balance_row(account, 0)], applied=Applied(1, 0))
    stop, seen, looked = threading.Event(), set(), threading.Semaphore(0)

    def look():
        last = False
        while not last:
            last = stop.is_set()
            known = cache.member_by_card("card")
            seen.add((known.balance.wallets["main"], known.applied.seq))
            looked.release()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert looked.acquire(timeout=60)
    for number in range(1, 15):
        path = tmp_path / "cache.fresh"
        make_empty(path, "g")
        fresh = Cache(path, KEY)
        put(fresh, "ident", 7, [ident_row(account, "card")])
        put(fresh, "bal", 7, [balance_row(account, number)], applied=Applied(1, number))
        fresh.close()
        cache.replace_with(path)
    stop.set()
    for thread in threads:
        thread.join()
    assert {(0, 0), (14, 14)} <= seen
    assert all(points == seq for points, seq in seen)


def test_a_generation_begins_with_an_empty_cache_that_knows_its_name(cache):
    put(cache, "ident", 7, [ident_row(account_in(7), "111")])
    cache.set_as_of(5)
    cache.begin_anew("g9")
    assert (cache.gen(), cache.as_of_ms(), cache.cursors()) == ("g9", 0, {})
    assert cache.member_by_card("111") is None


def test_a_file_that_is_forgotten_leaves_no_log_that_would_be_laid_over_the_next(tmp_path):
    for end in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f"cache.fresh{end}").touch()
    forget(tmp_path / "cache.fresh")
    assert list(tmp_path.iterdir()) == []
