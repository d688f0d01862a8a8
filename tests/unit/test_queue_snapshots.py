"""A cache by snapshot: in parts, cut, damaged, not right, put in place later."""

import errno
import hashlib

import httpx
import msgspec
import pytest
import zstandard

from loyalty.events import canonical
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.unpacking import Unpacking
from tests.support.queue_office import Office
from tests.support.queue_samples import (
    OFFICE,
    sell,
)
from tests.support.queue_stock import ANNA, BORIS, stock
from tests.support.queue_till import Till


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def till(tmp_path, office):
    made = Till(tmp_path / "till", office)
    yield made
    made.close()


def test_a_fresh_cache_takes_the_snapshot_and_then_only_what_differs(till, office, tmp_path):
    stock(office)
    office.make_snapshot(tmp_path)
    office.add_points(BORIS, 7)
    assert till.sync()
    assert till.balance("anna") == 100
    assert till.balance("boris") == 7
    assert till.cache.search_products("шарф")
    deltas = [asked for asked in office.asked if "/delta/" in asked]
    assert deltas == ["GET /delta/g1/bal/200/0"]
    assert any(status.programmes_changed for status in till.told)
    assert not list((tmp_path / "till").glob("snapshot*"))
    assert not list((tmp_path / "till").glob("cache.fresh*"))


def test_a_snapshot_that_holds_own_sales_does_not_count_them_twice(till, office, tmp_path, monkeypatch):
    stock(office)
    sell(till.journal, 1, ANNA, earned=10)
    assert till.sync()
    office.apply()
    sell(till.journal, 2, ANNA, earned=10)
    till.close()
    office.make_snapshot(tmp_path)
    (tmp_path / "till" / "cache.db").unlink()
    again = Till(tmp_path / "till", office, fresh=False)
    seen = []
    exchange = again.cache.replace_with

    def watched(fresh):
        exchange(fresh)
        seen.append(again.balance("anna"))

    monkeypatch.setattr(again.cache, "replace_with", watched)
    assert again.sync()
    assert seen == [120]
    assert again.balance("anna") == 120
    again.close()


@pytest.mark.parametrize("part_bytes", [100, 1000, 10_000_000])
def test_a_snapshot_comes_in_parts_and_goes_on_where_it_was_cut(till, office, tmp_path, part_bytes, monkeypatch):
    monkeypatch.setattr("terminal.offline_queue.client.PART_BYTES", part_bytes)
    stock(office)
    manifest = office.make_snapshot(tmp_path)
    cuts: list[str] = []

    def cutting(request, response):
        if "/snapshot/" in request.url.path and len(cuts) < 3:
            cuts.append(request.headers["range"])
            raise httpx.ReadError("cut", request=request)
        return response

    office.fault = cutting
    assert till.sync()
    assert till.balance("anna") == 100
    parts = [asked for asked in office.asked if asked.startswith("GET /snapshot/")]
    assert len(parts) == 3 + -(-manifest.bytes // part_bytes)


def test_a_download_goes_on_after_a_restart(till, office, tmp_path, monkeypatch):
    monkeypatch.setattr("terminal.offline_queue.client.PART_BYTES", 500)
    stock(office)
    manifest = office.make_snapshot(tmp_path)

    def silent_after_two(request, response):
        if sum("/snapshot/" in asked for asked in office.asked) > 2:
            raise httpx.ConnectError("gone", request=request)
        return response

    office.fault = silent_after_two
    till.settle()
    assert till.runner.status().loading_bp == 1000 * 10_000 // manifest.bytes
    till.close()
    office.fault, office.asked = None, []
    again = Till(tmp_path / "till", office, fresh=False)
    assert again.sync()
    parts = [asked for asked in office.asked if asked.startswith("GET /snapshot/")]
    assert len(parts) == -(-(manifest.bytes - 1000) // 500)
    assert again.balance("anna") == 100
    again.close()


def test_a_download_that_a_server_begins_anew_is_taken_from_the_beginning(till, office, tmp_path, monkeypatch):
    monkeypatch.setattr("terminal.offline_queue.client.PART_BYTES", 300)
    stock(office)
    _, packed = office.snapshots[office.make_snapshot(tmp_path).snapshot_id]
    parts = []

    def without_ranges(request, response):
        if "/snapshot/" in request.url.path:
            parts.append(request.headers["range"])
            if len(parts) == 3:
                return httpx.Response(200, content=packed)
        return response

    office.fault = without_ranges
    assert till.sync()
    assert parts == ["bytes=0-299", "bytes=300-599", "bytes=600-899"]
    assert till.balance("anna") == 100
    assert not any("/delta/" in asked for asked in office.asked)


def test_bytes_that_do_not_unpack_end_a_download_before_all_of_it_is_here(till, office, tmp_path, monkeypatch):
    monkeypatch.setattr("terminal.offline_queue.client.PART_BYTES", 300)
    stock(office)
    manifest = office.make_snapshot(tmp_path)
    spoilt = bytes(100) + office.snapshots[manifest.snapshot_id][1][100:]
    office.snapshots = {manifest.snapshot_id: (manifest, spoilt)}
    assert till.sync()
    parts = [asked for asked in office.asked if asked.startswith("GET /snapshot/")]
    assert len(parts) == 2 < manifest.bytes // 300
    assert till.balance("anna") == 100
    assert not list((tmp_path / "till").glob("snapshot*"))
    assert not list((tmp_path / "till").glob("cache.fresh*"))


def test_a_disk_that_refuses_what_is_unpacked_has_it_unpacked_again(till, office, tmp_path, monkeypatch):
    stock(office)
    office.make_snapshot(tmp_path)
    follow, failures = Unpacking.follow, [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "error")]

    def failing(unpacking):
        follow(unpacking)
        if failures:
            raise failures.pop()

    monkeypatch.setattr(Unpacking, "follow", failing)
    till.settle()
    till.settle()
    assert till.sync()
    assert failures == []
    assert till.balance("anna") == 100
    assert not any("/delta/" in asked for asked in office.asked)


def test_a_snapshot_that_could_not_be_put_in_place_is_put_there_later(till, office, tmp_path, monkeypatch):
    stock(office)
    sell(till.journal, 1, ANNA, earned=10)
    office.make_snapshot(tmp_path)
    office.add_points(ANNA, 7)
    exchange, faults = till.cache.replace_with, [store_fault("store.full", file="cache.db")]

    def failing(fresh):
        if faults:
            raise faults.pop()
        exchange(fresh)

    monkeypatch.setattr(till.cache, "replace_with", failing)
    till.settle()
    till.settle()
    assert till.sync()
    assert faults == []
    assert till.balance("anna") == 117
    assert sum(asked.startswith("GET /snapshot/") for asked in office.asked) == 1
    assert {asked for asked in office.asked if "/delta/" in asked} == {"GET /delta/g1/bal/3/1"}


def wrong_signature(manifest, packed):
    return manifest.__class__(**{**fields(manifest), "made_at_ms": 2}), packed


def wrong_bytes(manifest, packed):
    return manifest, packed[:-1] + bytes([packed[-1] ^ 1])


def fields(manifest):
    return {name: getattr(manifest, name) for name in manifest.__struct_fields__}


def resigned(manifest, **changed):
    made = msgspec.structs.replace(manifest, signature="", **changed)
    return msgspec.structs.replace(made, signature=OFFICE.sign(canonical(made)).hex())


def not_a_cache(manifest, packed):
    packed = zstandard.ZstdCompressor().compress(bytes(4096))
    digest = hashlib.sha256(packed).hexdigest()
    return resigned(manifest, bytes=len(packed), sha256=digest, file_bytes=4096), packed


def larger_than_said(manifest, packed):
    return resigned(manifest, file_bytes=manifest.file_bytes - 1), packed


def smaller_than_said(manifest, packed):
    return resigned(manifest, file_bytes=manifest.file_bytes + 1), packed


def other_digest(manifest, packed):
    return resigned(manifest, sha256="0" * 64), packed


def other_place(manifest, packed):
    return resigned(manifest, vectors={}), packed


def other_generation(manifest, packed):
    return resigned(manifest, gen="g0"), packed


@pytest.mark.parametrize(
    "spoil",
    [
        wrong_signature,
        wrong_bytes,
        not_a_cache,
        larger_than_said,
        smaller_than_said,
        other_digest,
        other_place,
        other_generation,
    ],
)
def test_a_snapshot_that_is_not_right_is_left_and_the_rows_are_fetched_instead(till, office, tmp_path, spoil):
    stock(office)
    manifest = office.make_snapshot(tmp_path)
    office.snapshots = {manifest.snapshot_id: spoil(*office.snapshots[manifest.snapshot_id])}
    assert till.sync()
    assert till.balance("anna") == 100
    assert any("/delta/" in asked for asked in office.asked)
    assert not list((tmp_path / "till").glob("cache.fresh*"))


def test_sales_go_up_between_the_parts_of_a_snapshot(till, office, tmp_path, monkeypatch):
    monkeypatch.setattr("terminal.offline_queue.client.PART_BYTES", 500)
    stock(office)
    office.make_snapshot(tmp_path)

    def selling(request, response):
        if "/snapshot/" in request.url.path:
            office.fault = None
            sell(till.journal, 1)
        return response

    office.fault = selling
    assert till.sync()
    order = [asked.split("/")[1] for asked in office.asked if "snapshot/" in asked or "segments" in asked]
    assert order[:3] == ["snapshot", "segments", "snapshot"]
