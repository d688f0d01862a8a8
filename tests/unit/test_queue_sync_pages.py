"""Deltas of a cache page by page: cut, many, changed between, wrong sums, cursors below the tombstones."""

import httpx
import pytest

from loyalty.feed import checksum_add, row_hash
from tests.support.queue_office import Office
from tests.support.queue_samples import (
    account_in,
)
from tests.support.queue_stock import ANNA, stock
from tests.support.queue_till import Till


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def till(tmp_path, office):
    made = Till(tmp_path / "till", office)
    yield made
    made.close()


def test_a_reply_cut_at_any_byte_leaves_the_old_cursor_or_the_new(till, office):
    stock(office)
    assert till.sync()
    office.add_points(ANNA, 5)
    old = till.cache.cursors()["bal", 3]
    whole = office.route(httpx.Request("GET", "http://o/v1/delta/g1/bal/3/1", headers={"signature-input": "x"})).content
    till.runner._state = till.runner._state.__class__()
    for size in range(len(whole)):
        office.fault = lambda request, response, size=size: (
            httpx.Response(200, content=response.content[:size], headers={"content-encoding": "zstd"})
            if "/delta/" in request.url.path
            else response
        )
        till.runner._hurry = True
        till.steps(4)
        assert till.cache.cursors()["bal", 3] == old
    office.fault = None
    assert office.asked.count("GET /delta/g1/bal/3/1") >= len(whole)
    assert till.sync()
    assert till.cache.cursors()["bal", 3].seq == 2


def test_a_bucket_of_many_pages_is_installed_only_when_drained(till, office):
    accounts = [account_in(3, nth) for nth in range(8)]
    for account in accounts:
        office.add_points(account, 1)
    cut: list[object] = []

    def after_two_pages(request, response):
        if "/delta/g1/bal/3/6" in request.url.path and not cut:
            cut.append(till.cache.cursors().get(("bal", 3)))
            raise httpx.ReadError("cut", request=request)
        return response

    office.fault = after_two_pages
    assert till.sync()
    assert cut == [None]
    assert till.cache.cursors()["bal", 3].seq == 8


def test_rows_changed_between_two_pages_end_up_as_they_are_now(till, office):
    accounts = [account_in(3, nth) for nth in range(8)]
    for account in accounts:
        office.add_points(account, 1)
    office.add_member(accounts[0], "first")

    def meanwhile(request, response):
        if "/delta/g1/bal/3/3" in request.url.path:
            office.fault = None
            office.add_points(accounts[0], 50)
        return response

    office.fault = meanwhile
    assert till.sync()
    assert till.sync()
    assert till.balance("first") == 51


def test_a_head_office_whose_sums_are_wrong_is_named_and_the_rest_is_still_fetched(till, office):
    stock(office)
    place = ("bal", 3)
    office.heads[place] = office.heads[place].__class__(3, office.heads[place].seq, 12345)
    till.settle()
    assert till.runner.status().trouble.code == "link.checksum"
    assert till.runner.status().online
    assert till.cache.member_by_card("boris") is not None
    assert till.cache.as_of_ms() == 0
    assert office.asked.count("GET /delta/g1/bal/3/0") >= 2


def test_a_cursor_below_the_tombstones_fetches_that_bucket_afresh(till, office):
    stock(office)
    gone = account_in(3, 1)
    office.add_member(gone, "gone")
    assert till.sync()
    assert till.cache.member_by_card("gone") is not None
    # The tombstone itself is purged: only a refetch can tell that the member is gone (I20).
    head = office.heads["ident", 3]
    office.put("ident", 3, gone, None)
    tombstone = office.rows["ident", 3].pop(gone)
    now = office.heads["ident", 3]
    kept = checksum_add(now.checksum, removed=row_hash("ident", gone, tombstone.change_seq, None))
    office.heads["ident", 3] = now.__class__(3, now.seq, kept)
    office.low_water = head.seq + 1
    assert till.sync()
    assert till.cache.member_by_card("gone") is None
    assert till.cache.member_by_card("anna") is not None
