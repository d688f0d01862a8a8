"""The link of Shtrih-M registers, as a state machine without I/O: how one command and its answer get across.

    host      ENQ                        register   NAK: ready · ACK and a message: an answer nobody has taken yet
    host      STX LEN message LRC        register   ACK: taken · NAK: garbled, send again
    register  STX LEN message LRC        host       ACK: taken · NAK and ENQ: garbled, once more

LEN counts the message, command and data, in one byte; LRC is the exclusive or of LEN and the message. A command is one
byte, or two of which the first is FF. An answer begins with its command and a byte for the error.

What has gone wrong differs in one thing that decides about money: `Silent` is certain (the register has not taken the
command), `Lost` is not (it may have carried it out, and must be asked).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import reduce
from operator import xor

ENQ, STX, ACK, NAK = 0x05, 0x02, 0x06, 0x15
MAX_MESSAGE = 255
TRIES = 5
"""Of ENQ without an answer that makes sense, of a message garbled on the way, of answers left over."""
MAX_DRAINED = 64
"""Reads of noise before it is left for what it is."""
ENQ_WAIT_S = 0.5
TAKEN_WAIT_S = 1.0
BYTE_WAIT_S = 0.1


class LinkError(Exception):
    """Nothing came of a command."""


class Silent(LinkError):
    """No register answers; it certainly has not taken the command."""


class Lost(LinkError):
    """The command may have been taken; what became of it the register must be asked."""


@dataclass(frozen=True, slots=True)
class Step:
    """Put `raw` on the wire, then wait up to `wait_s` for a byte; answer with what came, nothing where nothing did."""

    raw: bytes
    wait_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` 0: done; `data` follows the error byte."""

    command: int
    error: int
    data: bytes


Steps = Generator[Step, bytes, Answer]


def message(command: int, body: bytes = b"") -> bytes:
    """The bytes of a command, one or FF and one, and its data, unframed. Raises ValueError where they are too many."""
    raw = command.to_bytes(2 if command > 0xFF else 1, "big") + body
    if len(raw) > MAX_MESSAGE:
        raise ValueError(f"A message of {len(raw)} bytes; at most {MAX_MESSAGE} fit.")
    return raw


def framed(raw: bytes) -> bytes:
    return bytes((STX, len(raw))) + raw + bytes((lrc(raw),))


def lrc(raw: bytes) -> int:
    return reduce(xor, raw, len(raw))


def exchange(raw: bytes, answer_wait_s: float) -> Steps:
    """Get the message `raw` across and its answer back. Raises Silent or Lost.

    An answer left over from before is taken off the wire and thrown away: whoever wants to know what became of an
    earlier command asks the register for its last document.
    """
    wire = _Wire()
    yield from _make_ready(wire)
    for _ in range(TRIES):
        token = yield from wire.byte(framed(raw), TAKEN_WAIT_S)
        if token == NAK:
            continue
        answer = yield from _answer_to(wire, raw, token == ACK, answer_wait_s)
        if answer is not None:
            return answer
    raise Silent


def _answer_to(wire: _Wire, raw: bytes, taken: bool, wait_s: float) -> Generator[Step, bytes, Answer | None]:
    """The answer, or None where the register says that it has not taken the message. Raises Lost."""
    if taken:
        found = yield from _read_message(wire, b"", wait_s)
        if found is not None and _answers(found, raw):
            return answer_of(found)
    try:
        found = yield from _enquire(wire)
    except Silent:
        raise Lost from None
    if found is None and not taken:
        return None
    if found is None or not _answers(found, raw):
        raise Lost
    return answer_of(found)


def _make_ready(wire: _Wire) -> Generator[Step, bytes, None]:
    for _ in range(TRIES):
        if (yield from _enquire(wire)) is None:
            return
    raise Silent


def _enquire(wire: _Wire) -> Generator[Step, bytes, bytes | None]:
    """None where the register is ready, or the answer it still had. Raises Silent."""
    for _ in range(TRIES):
        yield from wire.drain()
        token = yield from wire.byte(bytes((ENQ,)), ENQ_WAIT_S)
        if token == NAK:
            return None
        if token == ACK:
            found = yield from _read_message(wire, b"", TAKEN_WAIT_S)
            if found is not None:
                return found
    raise Silent


def _read_message(wire: _Wire, raw: bytes, wait_s: float) -> Generator[Step, bytes, bytes | None]:
    """One message, acknowledged; None where none came whole. The acknowledgement goes out with the next step."""
    for _ in range(TRIES):
        found = yield from _read_framed(wire, raw, wait_s)
        if found is not None:
            yield from wire.byte(bytes((ACK,)), 0)
            return found
        yield from wire.drain()
        if (yield from wire.byte(bytes((NAK, ENQ)), ENQ_WAIT_S)) != ACK:
            return None
        raw, wait_s = b"", TAKEN_WAIT_S
    return None


def _read_framed(wire: _Wire, raw: bytes, wait_s: float) -> Generator[Step, bytes, bytes | None]:
    if (yield from wire.byte(raw, wait_s)) != STX:
        return None
    size = yield from wire.byte(b"", BYTE_WAIT_S)
    body = bytearray()
    for _ in range((size or 0) + 1):
        each = yield from wire.byte(b"", BYTE_WAIT_S)
        if each is None:
            return None
        body.append(each)
    found = bytes(body[:-1])
    return found if found and lrc(found) == body[-1] else None


def _answers(found: bytes, raw: bytes) -> bool:
    size = 2 if raw[0] == 0xFF else 1
    return found[:size] == raw[:size] and len(found) > size


def answer_of(found: bytes) -> Answer:
    """What a whole message of a register says: command, error, data."""
    size = 2 if found[0] == 0xFF else 1
    return Answer(int.from_bytes(found[:size], "big"), found[size], found[size + 1 :])


class _Wire:
    """The bytes that have come and are not read yet."""

    def __init__(self) -> None:
        self._come = bytearray()

    def byte(self, raw: bytes, wait_s: float) -> Generator[Step, bytes, int | None]:
        """Put `raw` on the wire, then the next byte; None where none comes in time."""
        if raw or not self._come:
            self._come += yield Step(raw, 0 if self._come else wait_s)
        return self._come.pop(0) if self._come else None

    def drain(self) -> Generator[Step, bytes, None]:
        """Forget what is on the wire."""
        for _ in range(MAX_DRAINED):
            self._come.clear()
            if not (yield Step(b"", 0)):
                return
