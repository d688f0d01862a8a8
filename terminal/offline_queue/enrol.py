"""Brings a new till in: a one-time code against an identity, with a key that never leaves the device."""

import ssl
import time
from pathlib import Path

import httpx
import msgspec

from loyalty.api import EnrolReply, EnrolRequest
from loyalty.errors import BadInput, LinkFault
from loyalty.events import canonical
from loyalty.sentences import sentence
from terminal.offline_queue import journal_file
from terminal.offline_queue.http_reply import MAX_REPLY_BYTES, Refusal, decode, open_http, send
from terminal.offline_queue.keys import IDENTITY_FILE, Identity, device_key, public_hex, write_identity
from terminal.offline_queue.lock import FolderLock
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.store import create_journal
from terminal.offline_queue.trust import trust_of

REPLY_WITHIN_S = 60.0
_reply = msgspec.json.Decoder(EnrolReply)


def enrol(url: str, code: str, name: str, folder: Path, transport: httpx.BaseTransport | None = None) -> Identity:
    """Enrol the till kept in `folder` at the head office at `url`; the identity is written last, so that a till is
    enrolled as a whole or may try again. Raises BadInput (address), LinkFault (code, network), StoreFault (folder)."""
    address = _address(url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FolderLock(folder)
    try:
        if (folder / IDENTITY_FILE).exists() or (folder / journal_file.FILE).exists():
            raise store_fault("journal.exists", folder=str(folder))
        request = EnrolRequest(code.strip(), public_hex(device_key(folder)), name)
        reply = _ask(address, request, transport, trust_of(folder))
        identity = Identity(url=address, name=name, **msgspec.structs.asdict(reply))
        create_journal(folder, identity)
        write_identity(folder, identity)
    finally:
        lock.release()
    return identity


def _address(url: str) -> str:
    try:
        parsed = httpx.URL(url.strip().rstrip("/"))
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise BadInput(sentence("link.bad_url", url=url[:100]), sentence("link.bad_url.do"))
    return str(parsed)


def _ask(
    url: str, asked: EnrolRequest, transport: httpx.BaseTransport | None, trust: ssl.SSLContext | None
) -> EnrolReply:
    http = open_http(url, transport, trust)
    try:
        request = http.build_request(
            "POST", "/v1/enrol", content=canonical(asked), headers={"content-type": "application/json"}
        )
        until_s = time.monotonic() + REPLY_WITHIN_S
        return send(http, request, lambda response: decode(response, _reply, MAX_REPLY_BYTES, until_s))
    except Refusal as refusal:
        if refusal.reply.code != "bad_code":
            raise
        said = sentence("link.bad_code", detail=refusal.reply.detail[:200])
        raise LinkFault(said, sentence("link.bad_code.do")) from refusal
    finally:
        http.close()
