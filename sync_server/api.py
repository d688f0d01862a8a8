"""The head office's API under /v1: what terminals send and ask (`loyalty.api` has the types).

Handlers are plain functions run in threads. Segments carry their own signature, enrolment its one-time code; every
other request is signed (sync_server.auth).
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, RawBody

from loyalty.api import (
    FENCE_HEADER,
    MAX_PERSONAL_ITEMS,
    OLDEST_TILL,
    PROTOCOL,
    PROTOCOL_HEADER,
    SEGMENT_TYPE,
    CarriedReply,
    CheckRequest,
    ConfirmRequest,
    EnrolRequest,
    HoldRequest,
    HoldVoid,
    KeysReply,
    KeysTold,
    PersonalReply,
    PersonalUpload,
    SharesAsk,
    protocol_of,
)
from loyalty.chain import MAX_BLOB_BYTES, MAX_HEADER_BYTES
from sync_server.auth import Asked, authenticate
from sync_server.budgets import give_shares
from sync_server.clock import now_ms, random_bytes
from sync_server.confirmations import check_confirmation, start_confirmation
from sync_server.enrol import enrol_terminal
from sync_server.feed import read_delta, read_heads
from sync_server.holds import take_hold, void_hold
from sync_server.ingest import take_carried, take_segment
from sync_server.metrics import SEGMENTS
from sync_server.office import Office
from sync_server.own_segments import own_segment
from sync_server.personal import store_personal
from sync_server.ranges import MEDIA_TYPE, ranged_file
from sync_server.receipts import find_receipt
from sync_server.refusals import Refused
from sync_server.replies import decode, reply
from sync_server.till_keys import tell_keys

AnyRequest = Request[Any, Any, State]
SEGMENT_LIMIT = MAX_BLOB_BYTES + MAX_HEADER_BYTES + 1024
ENROL_LIMIT = 4096
KEYS_LIMIT = 16 * 1024
PERSONAL_LIMIT = 512 * 1024
CONFIRM_LIMIT = 4096
SHARES_LIMIT = 64 * 1024
HOLD_LIMIT = 4096


@post("/v1/enrol", sync_to_thread=True, request_max_body_size=ENROL_LIMIT, status_code=200)
def enrol(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    _check_spoken(request)
    return reply(enrol_terminal(office.store, office.identity, decode(body, EnrolRequest), now_ms(), random_bytes))


@post("/v1/segments", sync_to_thread=True, request_max_body_size=SEGMENT_LIMIT, status_code=200)
def segments(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    office.queue.let_in()
    fence = request.headers.get(FENCE_HEADER, "")[:64]
    new_fence, at_once = random_bytes(16).hex(), office.stored_is_safe
    stored = take_segment(office.store, body, fence, office.identity.gen, now_ms(), new_fence, at_once)
    SEGMENTS.labels("new" if stored.new else "again").inc()
    if stored.new:
        office.queue.stored()
        office.applier.kick()
    return reply(stored.reply)


@post("/v1/keys", sync_to_thread=True, request_max_body_size=KEYS_LIMIT, status_code=200)
def keys(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    _check_spoken(request)
    return reply(KeysReply(tell_keys(office.store, decode(body, KeysTold), now_ms())))


@get("/v1/segments/{epoch:int}/{seq:int}", sync_to_thread=True, media_type=SEGMENT_TYPE)
def sent_segment(request: AnyRequest, epoch: FromPath[int], seq: FromPath[int]) -> bytes:
    office = _office(request)
    terminal = _signed_by(request, office)
    return own_segment(office.store, terminal, epoch, seq)


@post("/v1/carried", sync_to_thread=True, request_max_body_size=SEGMENT_LIMIT, status_code=200)
def carried(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    _signed_by(request, office, body)
    office.queue.let_in()
    taken = take_carried(office.store, body, office.identity.gen, now_ms())
    SEGMENTS.labels("new" if taken.new else "again").inc()
    if taken.new:
        office.queue.stored()
        office.applier.kick()
    return reply(CarriedReply(taken.acked, taken.new))


@post("/v1/personal", sync_to_thread=True, request_max_body_size=PERSONAL_LIMIT, status_code=200)
def personal(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    _signed_by(request, office, body)
    upload = decode(body, PersonalUpload)
    if len(upload.items) > MAX_PERSONAL_ITEMS:
        raise Refused(413, "too_large", f"at most {MAX_PERSONAL_ITEMS} items at a time")
    return reply(PersonalReply(store_personal(office.store, office.identity, upload.items)))


@get("/v1/heads", sync_to_thread=True)
def heads(request: AnyRequest) -> Response[bytes]:
    office = _office(request)
    _signed_by(request, office)
    return reply(read_heads(office.store, office.identity.gen, now_ms()), _accepts(request))


@get("/v1/delta/{gen:str}/{stream:str}/{bucket:int}/{from_seq:int}", sync_to_thread=True)
def delta(
    request: AnyRequest, gen: FromPath[str], stream: FromPath[str], bucket: FromPath[int], from_seq: FromPath[int]
) -> Response[bytes]:
    office = _office(request)
    terminal = _signed_by(request, office)
    page = read_delta(office.store, office.identity.gen, terminal, stream, bucket, from_seq, gen)
    return reply(page, _accepts(request))


@get("/v1/snapshot", sync_to_thread=True)
def snapshot(request: AnyRequest) -> Response[bytes]:
    office = _office(request)
    _signed_by(request, office)
    return reply(office.snapshot(), _accepts(request))


@get("/v1/snapshot/{snapshot_id:str}", sync_to_thread=True, media_type=MEDIA_TYPE)
def snapshot_file(request: AnyRequest, snapshot_id: FromPath[str]) -> Any:
    office = _office(request)
    _signed_by(request, office)
    return ranged_file(office.settings.snapshots, snapshot_id, request.headers.get("range", ""))


@get("/v1/receipts/{number:str}", sync_to_thread=True)
def receipt(request: AnyRequest, number: FromPath[str]) -> Response[bytes]:
    office = _office(request)
    _signed_by(request, office)
    return reply(find_receipt(office.store, number), _accepts(request))


@post("/v1/confirmations", sync_to_thread=True, request_max_body_size=CONFIRM_LIMIT, status_code=200)
def confirm(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    terminal = _signed_by(request, office, body)
    put = office.sender.put if office.sender else None
    asked = decode(body, ConfirmRequest)
    return reply(start_confirmation(office.store, office.identity, terminal, asked, now_ms(), random_bytes, put))


@post(
    "/v1/confirmations/{confirmation_id:str}/check",
    sync_to_thread=True,
    request_max_body_size=CONFIRM_LIMIT,
    status_code=200,
)
def check(request: AnyRequest, body: RawBody, confirmation_id: FromPath[str]) -> Response[bytes]:
    office = _office(request)
    terminal = _signed_by(request, office, body)
    asked = decode(body, CheckRequest)
    return reply(check_confirmation(office.store, office.identity, terminal, confirmation_id, asked, now_ms()))


@post("/v1/shares", sync_to_thread=True, request_max_body_size=SHARES_LIMIT, status_code=200)
def shares(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    terminal = _signed_by(request, office, body)
    return reply(give_shares(office.store, terminal, decode(body, SharesAsk), now_ms()), _accepts(request))


@post("/v1/holds", sync_to_thread=True, request_max_body_size=HOLD_LIMIT, status_code=200)
def hold(request: AnyRequest, body: RawBody) -> Response[bytes]:
    office = _office(request)
    terminal = _signed_by(request, office, body)
    return reply(take_hold(office.store, terminal, decode(body, HoldRequest), now_ms()))


@post("/v1/holds/{hold_id:str}/void", sync_to_thread=True, request_max_body_size=HOLD_LIMIT, status_code=200)
def void(request: AnyRequest, body: RawBody, hold_id: FromPath[str]) -> Response[bytes]:
    office = _office(request)
    terminal = _signed_by(request, office, body)
    return reply(void_hold(office.store, terminal, hold_id, decode(body, HoldVoid), now_ms()))


HANDLERS = (
    enrol, segments, keys, sent_segment, carried, personal, heads, delta, snapshot, snapshot_file, receipt, confirm,
    check, shares, hold, void,
)  # fmt: skip


def _office(request: AnyRequest) -> Office:
    office: Office = request.app.state.office
    return office


def _check_spoken(request: AnyRequest) -> None:
    """Raises Refused where a till speaks a version that is too old here. Segments are taken from any: they are signed,
    and events have versions of their own."""
    spoken = protocol_of(request.headers.get(PROTOCOL_HEADER, ""))
    if spoken < OLDEST_TILL:
        detail = f"this head office speaks versions {OLDEST_TILL} to {PROTOCOL} of the protocol: update the terminal"
        raise Refused(426, "version", detail)


def _signed_by(request: AnyRequest, office: Office, body: bytes = b"") -> str:
    _check_spoken(request)
    scope = request.scope
    query = scope.get("query_string", b"").decode("latin-1")
    target = scope.get("raw_path", b"").decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
    asked = Asked(request.method, target, _headers(request), body)
    return authenticate(office.store, asked, now_ms())


def _headers(request: AnyRequest) -> dict[str, str]:
    """Field lines of one name joined as RFC 9110 has it."""
    joined: dict[str, str] = {}
    for name, value in request.headers.multi_items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _accepts(request: AnyRequest) -> str:
    return request.headers.get("accept-encoding", "")
