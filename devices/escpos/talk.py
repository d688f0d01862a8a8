"""How a slip gets onto the paper and is known to have, as a conversation without I/O.

    host  DLE EOT 1, 2, 4   printer  a byte each, at once, whatever it is at: is it ready, has it paper
    host  GS r 1            printer  a byte when it has come to it: nothing of before is left in the printer
    host  the slip, GS r 1  printer  a byte when all of it is printed; without paper, none
    host  DLE EOT 1         printer  still there: what came was no noise of a cable or of power that went

A printer has no transactions: a slip whose GS r is not answered may be on the paper wholly, in part, or not at all.
As the barrier before each slip waits for its answer, no late answer of one slip can be taken for the next one's.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from devices.errors import DeviceError, Unproven

STATUS_WAIT_S = 1.0
PRINTED_WAIT_S = 15.0
"""Eight seconds are ordinary for a long slip; who gives up early finds its rest on the next one."""
QUIET_S = 0.1
MOST_READS = 256
"""Of bytes that mean nothing, before it is left for what it is."""

NO_REPORTS = b"\x1da\x00"
"""No status sent unasked: it would be taken for an answer."""
ASK_PRINTED = b"\x1dr\x01"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """Put `raw` on the line, then wait up to `wait_s` for a byte; answer with what came, nothing where nothing did."""

    raw: bytes
    wait_s: float


Talk = Generator[Step, bytes, T]


def printing(slip: bytes) -> Talk[bool]:
    """Whether the paper is near its end. Raises DeviceError: not ready, and nothing was sent; Unproven: it was sent,
    and no proof came."""
    near_end = yield from ready()
    yield from _passed(NO_REPORTS, "offline")
    yield from _passed(slip, "unproven")
    yield from _asked(1, Unproven)
    return near_end


def kicking(in_turn: bytes, at_once: bytes) -> Talk[None]:
    """The drawer: a printer without paper opens it too, since the customer waits for the change. Raises DeviceError."""
    try:
        yield from ready()
    except DeviceError as error:
        if error.code == "offline":
            raise
        in_turn = at_once
    yield Step(in_turn, 0.0)
    yield from _asked(1)


def ready() -> Talk[bool]:
    """Whether the paper is near its end. Raises DeviceError with why the printer would not print."""
    yield Step(b"", 0.0)
    why, near_end = yield from _standing()
    if why is not None:
        raise DeviceError(*WHY[why])
    return near_end


def _standing() -> Talk[tuple[str | None, bool]]:
    """Why it would not print, and whether the paper is near its end."""
    general = yield from _asked(1)
    offline = yield from _asked(2)
    paper = yield from _asked(4)
    near_end = bool(paper & 0x0C)
    if paper & 0x60 or offline & 0x20:
        return "no_paper", near_end
    if offline & 0x04:
        return "cover_open", near_end
    if offline & 0x40:
        return "broken", near_end
    return ("not_ready" if general & 0x08 else None), near_end


def _passed(raw: bytes, otherwise: str) -> Talk[None]:
    """`raw` has gone through the printer, with all that was before it, and nothing is being said any more."""
    answered = False
    came = yield Step(raw + ASK_PRINTED, PRINTED_WAIT_S)
    for _ in range(MOST_READS):
        for byte in came:
            if byte & 0x90 == 0:
                if byte & 0x0C:
                    raise _failed("no_paper", otherwise)
                answered = True
        if not came:
            break
        came = yield Step(b"", QUIET_S if answered else PRINTED_WAIT_S)
    if not answered:
        raise _failed((yield from _reason(otherwise)), otherwise)


def _reason(otherwise: str) -> Talk[str]:
    """Why no proof came, where the printer can still say it."""
    try:
        why, _ = yield from _standing()
        return why or otherwise
    except DeviceError:
        return otherwise


def _failed(why: str, otherwise: str) -> DeviceError:
    return Unproven(*WHY[why]) if otherwise == "unproven" else DeviceError(*WHY[why])


def _asked(which: int, gone: type[DeviceError] = DeviceError) -> Talk[int]:
    """The printer's answer in real time: bits 1 and 4 are always set, 0 and 7 never."""
    came = yield Step(b"\x10\x04" + bytes((which,)), STATUS_WAIT_S)
    for _ in range(MOST_READS):
        for byte in came:
            if byte & 0x93 == 0x12:
                return byte
        if not came:
            break
        came = yield Step(b"", STATUS_WAIT_S)
    raise gone(*WHY["offline" if gone is DeviceError else "unproven"])


WHY: dict[str, tuple[str, str, str]] = {
    "offline": ("offline", "The printer does not answer.", "Switch it on; check the cable, the paper and the cover."),
    "no_paper": ("no_paper", "The printer is out of paper.", "Put in a new roll."),
    "cover_open": ("cover_open", "The printer's cover is open.", "Close it."),
    "broken": ("broken", "The printer reports a fault.", "Look at its knife, then switch it off and on."),
    "not_ready": ("not_ready", "The printer is not ready.", "Let go of its feed key; switch it off and on."),
    "unproven": ("unproven", "The printer did not say that the slip was printed.", "Look at what came out."),
}
"""Code, sentence and hint of each DeviceError."""
