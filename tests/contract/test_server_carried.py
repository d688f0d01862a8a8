"""Events that another than their till brings: stored once, by the till's own signature, and its fence is left alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from loyalty.api import CarriedReply, Position
from loyalty.chain import ZERO_HASH
from loyalty.errors import BadInput
from loyalty.segment_file import write_segment_file
from sync_server.books import read_books
from sync_server.enrol import revoke_terminal
from sync_server.import_segments import import_segments
from sync_server.ingest import take_carried
from sync_server.refusals import Refused
from sync_server.schema import FLAG, TERMINAL, TERMINAL_CURSOR
from tests.support.server import T0_MS, TestOffice, Till, hex_id, signed_segment
from tests.support.signed_wire import Wire, error_of

ANNA = hex_id("anna")
LATER_MS = T0_MS + 3_600_000


def sales(till: Till, count: int) -> list[bytes]:
    return [till.sale(account=ANNA, earned=1) for _ in range(count)]


def carry(office: TestOffice, *segments: bytes) -> list[bool]:
    """Whether each was new."""
    return [take_carried(office.store, segment, office.identity.gen, LATER_MS).new for segment in segments]


def standing(office: TestOffice, till: Till) -> tuple[str, str, int]:
    """Its fences, and when it was last heard."""
    with office.store.read() as tx:
        fences = tx.execute(
            select(TERMINAL_CURSOR.c.fence_cur, TERMINAL_CURSOR.c.fence_prev).where(
                TERMINAL_CURSOR.c.terminal == till.terminal
            )
        ).one()
        seen = tx.execute(select(TERMINAL.c.seen_ms).where(TERMINAL.c.terminal == till.terminal)).scalar_one()
    return str(fences.fence_cur), str(fences.fence_prev), int(seen)


def events_and_points(office: TestOffice) -> tuple[int, int]:
    office.apply()
    books = read_books(office.store, [ANNA])
    assert books.sound
    return books.receipts, books.accounts[0].wallets["main"].ledger_points


def test_a_carried_segment_is_stored_once_and_its_till_s_fence_stays(office):
    till = office.till()
    till.put(*sales(till, 2))
    before = standing(office, till)
    segment = till.segment(*sales(till, 3))
    assert carry(office, segment, segment) == [True, False]
    assert standing(office, till) == before
    stored = till.send(segment)
    assert (stored.new, stored.reply.acked.seq) == (False, 5)
    till.put(*sales(till, 1))
    assert events_and_points(office) == (6, 6)


def test_a_segment_its_till_has_sent_is_already_there(office):
    till = office.till()
    segment = till.segment(*sales(till, 3))
    till.send(segment)
    assert carry(office, segment) == [False]
    assert events_and_points(office) == (3, 3)


def test_carried_events_do_not_hide_a_copy_of_the_till(office):
    till = office.till()
    till.put(*sales(till, 1))
    stale = till.fence
    till.put(*sales(till, 1))
    till.put(*sales(till, 1))
    carry(office, till.segment(*sales(till, 1)))
    with pytest.raises(Refused) as refused:
        till.send(till.segment(*sales(till, 1)), fence=stale)
    assert refused.value.reply.code == "fence"


def test_a_till_sends_on_after_what_was_carried_further_than_it_knows(office):
    till = office.till()
    start = till.hash, till.seq
    events = sales(till, 4)
    carried = till.segment(*events[:3])
    carry(office, carried)
    till.hash, till.seq = start
    with pytest.raises(Refused) as refused:
        till.send(till.segment(*events))
    reply = refused.value.reply
    assert (reply.code, reply.acked and reply.acked.seq) == ("gap", 3)
    assert reply.acked
    rest, _ = signed_segment(till.key, till.terminal, 1, 4, bytes.fromhex(reply.acked.hash), events[3:])
    assert till.send(rest).new
    assert events_and_points(office) == (4, 4)


# -- files


def file_of(tmp_path: Path, till: Till, *segments: bytes) -> Path:
    path = tmp_path / "stick.kopilka"
    path.write_bytes(write_segment_file(till.terminal_no, "S1", T0_MS, segments))
    return path


def bring(office: TestOffice, path: Path) -> tuple[str, dict[str, int | str]]:
    try:
        said = import_segments(office.store, office.identity, path, LATER_MS)
    except BadInput as error:
        said = error.said
    return said.code, dict(said.args)


def test_a_file_comes_in_once(office, tmp_path):
    till = office.till()
    path = file_of(tmp_path, till, till.segment(*sales(till, 2)), till.segment(*sales(till, 1)))
    told = {"till": 1, "first": 1, "last": 3}
    assert bring(office, path) == ("segments.taken", {**told, "new": 3, "known": 0})
    assert bring(office, path) == ("segments.taken", {**told, "new": 0, "known": 3})
    assert events_and_points(office) == (3, 3)


def test_a_file_with_events_missing_before_it_is_not_taken(office, tmp_path):
    till = office.till()
    till.put(*sales(till, 1))
    till.segment(*sales(till, 2))
    path = file_of(tmp_path, till, till.segment(*sales(till, 1)))
    assert bring(office, path) == ("segments.gap", {"till": 1, "new": 0, "first": 4, "here": 1})
    assert events_and_points(office) == (1, 1)


def test_a_file_cut_across_what_is_stored_says_so(office, tmp_path):
    till = office.till()
    events = sales(till, 3)
    path = file_of(tmp_path, till, signed_segment(till.key, till.terminal, 1, 1, ZERO_HASH, events)[0])
    till.put(*events[:2])
    assert bring(office, path) == ("segments.part", {"till": 1, "new": 0, "here": 2})
    assert events_and_points(office) == (2, 2)


def test_a_file_of_a_copy_of_the_till_is_not_taken(office, tmp_path):
    till = office.till()
    path = file_of(tmp_path, till, signed_segment(till.key, till.terminal, 1, 1, ZERO_HASH, sales(till, 1))[0])
    till.put(*sales(till, 1))
    assert bring(office, path) == ("segments.fork", {"till": 1, "new": 0})
    assert events_and_points(office) == (1, 1)


def test_a_file_of_a_till_of_another_head_office_is_not_taken(office, tmp_path):
    stranger = Till(office, office.till().key, hex_id("stranger"), 7, "")
    path = file_of(tmp_path, stranger, stranger.segment(*sales(stranger, 1)))
    assert bring(office, path) == ("segments.unknown", {"till": 7, "terminal": stranger.terminal, "store": "S1"})


def test_a_file_signed_by_another_key_is_not_taken(office, tmp_path):
    till = office.till()
    till.key = office.till("other").key
    assert bring(office, file_of(tmp_path, till, till.segment(*sales(till, 1))))[0] == "segments.unknown"


def test_a_file_of_a_revoked_till_is_taken_by_the_head_office_and_flagged(office, tmp_path):
    till = office.till()
    path = file_of(tmp_path, till, till.segment(*sales(till, 2)), till.segment(*sales(till, 1)))
    revoke_terminal(office.store, till.terminal)
    figures = {"till": 1, "first": 1, "last": 3, "new": 3, "known": 0}
    assert bring(office, path) == ("segments.taken_revoked", figures)
    assert bring(office, path) == ("segments.taken_revoked", {**figures, "new": 0, "known": 3})
    assert events_and_points(office) == (3, 3)
    with office.store.read() as tx:
        flags = [(row.kind, row.detail) for row in tx.execute(select(FLAG).order_by(FLAG.c.detail))]
    assert flags == [
        ("revoked_till", "1/1 to 2 came by a file after the till was revoked"),
        ("revoked_till", "1/3 to 3 came by a file after the till was revoked"),
    ]


def test_the_signature_of_a_revoked_till_counts_as_any_other(office, tmp_path):
    till = office.till()
    till.key = office.till("other").key
    path = file_of(tmp_path, till, till.segment(*sales(till, 1)))
    revoke_terminal(office.store, till.terminal)
    assert bring(office, path)[0] == "segments.unknown"


def test_of_a_damaged_file_nothing_is_taken(office, tmp_path):
    till = office.till()
    path = file_of(tmp_path, till, till.segment(*sales(till, 1)), till.segment(*sales(till, 1)))
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert bring(office, path) == ("carried.damaged", {"name": "stick.kopilka", "what": "checksum"})
    assert read_books(office.store, []).receipts == 0


# -- over HTTP


def test_any_till_carries_for_another(client, served):
    till, carrier = served.till(), Wire(client, served.till("carrier"))
    segment = till.segment(*sales(till, 2))
    for new in (True, False):
        answer = carrier.ask("POST", "/v1/carried", segment)
        assert answer.status_code == 200
        reply = msgspec.json.decode(answer.content, type=CarriedReply)
        assert reply == CarriedReply(Position(1, 2, till.hash.hex()), new)


def test_who_carries_must_be_a_till(client, served):
    till = served.till()
    answer = client.post("/v1/carried", content=till.segment(*sales(till, 1)))
    assert (answer.status_code, error_of(answer).code) == (401, "unsigned")


def test_a_refusal_says_whether_the_carrier_or_the_carried_is_cut_off(client, served):
    till, carrier = served.till(), Wire(client, served.till("carrier"))
    segment = till.segment(*sales(till, 1))
    revoke_terminal(served.store, till.terminal)
    answer = carrier.ask("POST", "/v1/carried", segment)
    assert (answer.status_code, error_of(answer).code) == (409, "revoked")
    revoke_terminal(served.store, carrier.till.terminal)
    answer = carrier.ask("POST", "/v1/carried", segment)
    assert (answer.status_code, error_of(answer).code) == (410, "revoked")


def test_a_stranger_s_segment_is_not_carried(client, served):
    carrier = Wire(client, served.till("carrier"))
    stranger = Till(served, carrier.till.key, hex_id("stranger"), 7, "")
    answer = carrier.ask("POST", "/v1/carried", stranger.segment(*sales(stranger, 1)))
    assert (answer.status_code, error_of(answer).code) == (404, "unknown")


def test_a_body_that_is_no_segment_is_refused(client, served):
    answer = Wire(client, served.till()).ask("POST", "/v1/carried", b"KSG1 something")
    assert (answer.status_code, error_of(answer).code) == (400, "bad_request")
