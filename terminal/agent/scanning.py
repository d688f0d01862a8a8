"""The scanners of the till, for programs: what they read, what that is, and their beep for a code that is no good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from loyalty.codes import CodeRanges, UnknownCode, classify
from loyalty.sentences import Lang
from terminal.agent.desk import Answer, Asked, Desk, told
from terminal.agent.faults import refused
from terminal.agent.scans import Scanned, Scans
from terminal.agent.wire import Told
from terminal.opened import OpenedTill
from terminal.scanner.gs1 import read_label
from terminal.session import commands as c

MAX_WAIT_S = 30
MAX_SCAN_NO = 2**53 - 1
"""What every program reads as a whole number from JSON."""
ReadAs = Literal[
    "card", "product", "weighed", "gift_card", "coupon", "receipt", "phone", "unknown", "unreadable"
]  # fmt: skip


class ScansAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scans after number `after`, waiting so long for the first."""

    after: Annotated[
        int, Meta(ge=0, le=MAX_SCAN_NO, description="`next` of the reply before; without it what comes from now on")
    ] | UnsetType = UNSET  # fmt: skip
    wait_s: Annotated[int, Meta(ge=0, le=MAX_WAIT_S, description="Seconds to wait for the first")] = 0


class ScanTold(msgspec.Struct, frozen=True):
    """One scan: `text` as it was read, without what the scanner puts round it, and what the till takes it for.

    `unknown` is neither goods nor a card, `unreadable` bytes that made no code: `said` says why.
    """

    no: int
    at_ms: int
    device: str
    """The `id` of the scanner in devices.toml; `scanner` or `camera` of one named on the command line."""
    text: str
    symbology: str
    """The AIM identifier that came with it, as `]E0`; empty where none did."""
    read_as: ReadAs
    said: Told | None


class ScansReply(msgspec.Struct, frozen=True):
    """Scans, oldest first; `next` is to be given as `after`. `missed`: some after `after` are no longer kept, or the
    agent was started anew since."""

    scans: tuple[ScanTold, ...]
    next: int
    missed: bool


class Readers(msgspec.Struct, frozen=True):
    """A scanner's port and a camera that are read beside those of devices.toml; empty for none."""

    scanner: str = ""
    camera: str = ""


NO_READERS = Readers()


@contextmanager
def opened_scanners(till: OpenedTill, scans: Scans, readers: Readers) -> Iterator[Callable[[str], None]]:
    """Read all scanners into `scans` until the block ends; this gives what makes one of devices.toml beep by its id."""
    if not any(device.kind == "scanner" for device in till.devices) and readers == NO_READERS:
        yield lambda device: None
        return
    from terminal.scanning import camera_scanner, opened_sources, serial_scanner

    def take(device: str) -> Callable[[c.Command], None]:
        return partial(scans.take, device)

    with ExitStack() as opened:
        sources = opened.enter_context(opened_sources(till.devices, take, till.supervising))
        if readers.scanner:
            opened.enter_context(serial_scanner(readers.scanner, take("scanner"), till.supervising))
        if readers.camera:
            opened.enter_context(camera_scanner(readers.camera, take("camera"), till.supervising))

        def beep(device: str) -> None:
            if device in sources:
                sources[device].beep()

        yield beep


def answer_scans(desk: Desk, asked: Asked) -> Answer:
    """Waits on the request's own thread: the till goes on meanwhile. Raises Refused where too many wait already."""
    wanted: ScansAsked = asked.query
    if not desk.listening.acquire(blocking=False):
        raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "agent.busy")
    try:
        found = desk.scans.since(wanted.after if isinstance(wanted.after, int) else None, wanted.wait_s)
    finally:
        desk.listening.release()
    codes = desk.till.engine.view().programme.codes
    scans = tuple(scan_told(each, codes, asked.lang) for each in found.scans)
    return Answer(ScansReply(scans, found.newest_no, found.missed))


def refuse_scan(desk: Desk, asked: Asked) -> Answer:
    """The scanner beeps, where it can. Raises Refused for a scan that is not kept."""
    scan = desk.scans.find(int(asked.key)) if asked.key.isdecimal() and asked.key.isascii() else None
    if scan is None:
        raise refused(HTTPStatus.NOT_FOUND, "agent.no_scan", no=asked.key[:16])
    desk.beep(scan.device)
    return Answer(scan_told(scan, desk.till.engine.view().programme.codes, asked.lang))


def scan_told(scan: Scanned, codes: CodeRanges, lang: Lang) -> ScanTold:
    read_as: ReadAs = "unreadable"
    why = scan.unreadable
    if why is None:
        label = read_label(scan.text, scan.symbology)
        code = classify(label.gtin if label else scan.text, codes)
        read_as = msgspec.convert(type(code).__struct_config__.tag, ReadAs)
        why = code.why if isinstance(code, UnknownCode) else None
    said = told(why, lang) if why else None
    return ScanTold(scan.no, scan.at_ms, scan.device, scan.text, scan.symbology, read_as, said)
