"""The HTTP client of one terminal: signed requests, limited replies, every fault a LinkFault with a sentence.

A wrong clock of ours is answered with the head office's time: the request is signed once more by that, and so is
everything after it.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.api import (
    FENCE_HEADER,
    SEGMENT_TYPE,
    CarriedReply,
    CheckReply,
    CheckRequest,
    ConfirmReply,
    ConfirmRequest,
    HoldReply,
    HoldRequest,
    HoldVoid,
    KeysReply,
    KeysTold,
    PersonalReply,
    PersonalUpload,
    ReceiptReply,
    SegmentReply,
    SharesAsk,
    SharesReply,
    SnapshotManifest,
)
from loyalty.chain import MAX_BLOB_BYTES, MAX_HEADER_BYTES, read_segment
from loyalty.device_keys import NewKey
from loyalty.errors import LinkFault
from loyalty.events import Personal, canonical
from loyalty.feed import STREAMS, DeltaPage, Head, Heads, Stream
from loyalty.redacted import MAX_NOTE_BYTES
from loyalty.sentences import sentence
from terminal.offline_queue.http_reply import (
    MAX_REPLY_BYTES,
    READ_S,
    Decoder,
    Refusal,
    check_spoken,
    decode,
    not_ours,
    open_http,
    send,
)
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.keys import Identity, signed_by
from terminal.offline_queue.signing import Signer
from terminal.offline_queue.snapshot import PutPart, take_part

T = TypeVar("T")
Streamed = TypeVar("Streamed")
REPLY_WITHIN_S = 60.0
MANIFEST_READ_S = 180.0
"""The first terminal to ask for the ready file waits while it is made."""
CONFIRM_READ_S = 8.0
"""A cashier and a customer stand and wait."""
HOLD_READ_S = 4.0
"""The till has given up by then, and others wait for their turn."""
PART_BYTES = 4 * 1024 * 1024
MAX_SEGMENT_BYTES = MAX_BLOB_BYTES + MAX_HEADER_BYTES + MAX_NOTE_BYTES + 1024
MAX_PAGE_BYTES = 1024 * 1024
"""Of rows: their bodies are not looked into while a page is decoded, which keeps it to about 2 ms."""


class _HeadsTold(msgspec.Struct, frozen=True):
    """Heads as a head office of any version tells them: it may have streams this one has not."""

    gen: str
    server_time_ms: int
    streams: dict[str, tuple[Head, ...]]


def _known(by_stream: Mapping[str, Streamed]) -> dict[Stream, Streamed]:
    return {stream: by_stream[stream] for stream in STREAMS if stream in by_stream}


class _AsItIs:
    """A reply that is bytes."""

    def decode(self, body: bytes) -> bytes:
        return body


_JSON = {"content-type": "application/json"}
_as_it_is = _AsItIs()
_heads = msgspec.json.Decoder(_HeadsTold)
_delta = msgspec.json.Decoder(DeltaPage)
_segment = msgspec.json.Decoder(SegmentReply)
_carried = msgspec.json.Decoder(CarriedReply)
_told = msgspec.json.Decoder(KeysReply)
_personal = msgspec.json.Decoder(PersonalReply)
_manifest = msgspec.json.Decoder(dict[str, Any])
_receipt = msgspec.json.Decoder(ReceiptReply)
_shares = msgspec.json.Decoder(SharesReply)
_confirm = msgspec.json.Decoder(ConfirmReply)
_check = msgspec.json.Decoder(CheckReply)
_hold = msgspec.json.Decoder(HoldReply)


class Client:
    """Talks for `identity` to its head office, or to the one at `url`; `now_ms` is the wall clock. With a keyring it
    signs by whichever key is the newest then.

    `trust` is what the head office's certificate is checked by (`trust.trust_of`).
    """

    def __init__(
        self,
        identity: Identity,
        key: Ed25519PrivateKey | Keyring,
        now_ms: Callable[[], int],
        url: str = "",
        transport: httpx.BaseTransport | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._identity = identity
        self._now_ms = now_ms
        self._clock_off_ms = 0
        self._keys = key
        self._signer = Signer(identity.terminal, self._key)
        self._http = open_http(url or identity.url, transport, trust)

    def send_segment(self, data: bytes, fence: str) -> SegmentReply:
        """Segments carry their own signature, so that no clock can refuse them.

        An answer that does not come up to the segment is an earlier one said again: its fence is worn out, and keeping
        it would lock this till out.
        """
        headers = {"content-type": SEGMENT_TYPE, FENCE_HEADER: fence}
        reply = self._ask("POST", "/v1/segments", _segment, body=data, headers=headers, signed=False)
        sent = read_segment(data).header
        if (reply.acked.epoch, reply.acked.seq) < (sent.epoch, sent.last_seq):
            raise not_ours(f"acked {reply.acked.seq}", str(self._http.base_url))
        return reply

    def tell_keys(self, keys: tuple[NewKey, ...], terminal: str = "") -> KeysReply:
        """Announce the keys of this till, or of another `terminal`: each is signed by the one before."""
        told = KeysTold(terminal or self._identity.terminal, keys)
        return self._ask("POST", "/v1/keys", _told, body=canonical(told), headers=_JSON, signed=False)

    def carry(self, data: bytes) -> CarriedReply:
        """Bring a segment of another till, as that till made it."""
        return self._ask("POST", "/v1/carried", _carried, body=data, headers={"content-type": SEGMENT_TYPE})

    def send_personal(self, items: tuple[Personal, ...]) -> PersonalReply:
        return self._ask("POST", "/v1/personal", _personal, body=canonical(PersonalUpload(items)), headers=_JSON)

    def shares(self, asked: SharesAsk) -> SharesReply:
        """This till's shares of campaign budgets."""
        return self._ask("POST", "/v1/shares", _shares, body=canonical(asked), headers=_JSON)

    def heads(self) -> Heads:
        """Of the streams this version knows."""
        told = self._ask("GET", "/v1/heads", _heads)
        return Heads(told.gen, told.server_time_ms, _known(told.streams))

    def delta(self, gen: str, stream: Stream, bucket: int, from_seq: int) -> DeltaPage:
        path = f"/v1/delta/{quote(gen, safe='')}/{stream}/{bucket}/{from_seq}"
        return self._ask("GET", path, _delta, limit=MAX_PAGE_BYTES)

    def manifest(self) -> SnapshotManifest:
        """What the ready cache file is; only with the head office's signature."""
        told = self._ask("GET", "/v1/snapshot", _manifest, read_s=MANIFEST_READ_S)
        unsigned = canonical({**told, "signature": ""})
        if not signed_by(self._identity.server_key, str(told.get("signature", "")), unsigned):
            raise LinkFault(sentence("cache.snapshot", what="signature"))
        try:
            known = {name: _known(told[name]) for name in ("rows", "vectors")}
            return msgspec.convert({**told, **known}, SnapshotManifest)
        except (KeyError, AttributeError, msgspec.ValidationError) as error:
            raise LinkFault(sentence("cache.snapshot", what="manifest")) from error

    def snapshot_part(self, snapshot_id: str, offset: int, most_bytes: int, put: PutPart) -> int:
        """Fetch up to 4 MiB of the file from `offset` and give them to `put`; how far the file is here then."""
        last = min(offset + PART_BYTES, most_bytes) - 1
        headers = {"range": f"bytes={offset}-{last}", "accept": "*/*"}
        path = f"/v1/snapshot/{quote(snapshot_id, safe='')}"
        return self._timely(
            lambda: send(
                self._http, self._request("GET", path, b"", headers), lambda r: take_part(r, offset, most_bytes, put)
            )
        )

    def receipt(self, number: str) -> ReceiptReply:
        """A receipt of any till. Raises LinkFault; Refusal with the code `unknown` where there is none."""
        return self._ask("GET", f"/v1/receipts/{quote(number, safe='')}", _receipt)

    def own_segment(self, epoch: int, seq: int) -> bytes | None:
        """This till's own segment with that event, as the head office has it, whole or redacted; None where it gives
        none."""
        try:
            return self._ask("GET", f"/v1/segments/{epoch}/{seq}", _as_it_is, limit=MAX_SEGMENT_BYTES)
        except Refusal as refusal:
            if refusal.reply.code != "unknown":
                raise
            return None

    def send_code(self, asked: ConfirmRequest) -> ConfirmReply:
        """Have a code sent to a member's phone. Raises LinkFault; Refusal with `wait` or `no_messages`."""
        body = canonical(asked)
        return self._ask("POST", "/v1/confirmations", _confirm, body=body, headers=_JSON, read_s=CONFIRM_READ_S)

    def check_code(self, confirmation_id: str, asked: CheckRequest) -> CheckReply:
        path = f"/v1/confirmations/{quote(confirmation_id, safe='')}/check"
        return self._ask("POST", path, _check, body=canonical(asked), headers=_JSON, read_s=CONFIRM_READ_S)

    def take_hold(self, asked: HoldRequest) -> HoldReply:
        """Have points kept for a sale. Raises LinkFault."""
        return self._ask("POST", "/v1/holds", _hold, body=canonical(asked), headers=_JSON, read_s=HOLD_READ_S)

    def void_hold(self, hold_id: str, asked: HoldVoid) -> HoldReply:
        path = f"/v1/holds/{quote(hold_id, safe='')}/void"
        return self._ask("POST", path, _hold, body=canonical(asked), headers=_JSON, read_s=HOLD_READ_S)

    def close(self) -> None:
        self._http.close()

    def _ask(
        self,
        method: str,
        path: str,
        decoder: "Decoder[T]",
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        signed: bool = True,
        limit: int = MAX_REPLY_BYTES,
        read_s: float = READ_S,
    ) -> T:
        """Send, and read the reply within its limits. What is not signed is a segment, which any version takes."""

        def answered(response: httpx.Response, until_s: float) -> T:
            if signed:
                check_spoken(response)
            return decode(response, decoder, limit, until_s)

        def once() -> T:
            request = self._request(method, path, body, headers or {}, signed)
            request.extensions["timeout"]["read"] = read_s
            until_s = time.monotonic() + max(REPLY_WITHIN_S, read_s)
            return send(self._http, request, lambda response: answered(response, until_s))

        return self._timely(once) if signed else once()

    def _timely(self, once: Callable[[], T]) -> T:
        """Do it, and once more by the head office's time when ours was refused."""
        try:
            return once()
        except Refusal as refusal:
            if refusal.reply.code != "clock" or not refusal.reply.server_time_ms:
                raise
            self._clock_off_ms = refusal.reply.server_time_ms - self._now_ms()
            return once()

    @property
    def _key(self) -> Ed25519PrivateKey:
        return self._keys.current if isinstance(self._keys, Keyring) else self._keys

    def _request(
        self, method: str, path: str, body: bytes, headers: dict[str, str], signed: bool = True
    ) -> httpx.Request:
        request = self._http.build_request(method, path, content=body, headers=headers)
        if signed:
            if self._signer.key is not self._key:
                self._signer = Signer(self._identity.terminal, self._key)
            self._signer.sign(request, body, self._now_ms() + self._clock_off_ms)
        return request
