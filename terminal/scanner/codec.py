"""What a driver's bytes are, and how codes are got from them: text with framing, HID-POS reports, key events, codes."""

from __future__ import annotations

from typing import Protocol

from devices.driver import Sends
from terminal.scanner.framing import AIM_BYTES, CUT_SHORT, ENDS, STX, Dropped, Frame, Framer, Framing, Whole
from terminal.scanner.reports import Message, Messages
from terminal.scanner.typed import Typed

ROUND = bytes(sorted((*ENDS, STX)))


class Codec(Protocol):
    """Takes bytes as they come, and gives the codes that ended with them; the caller gives the time."""

    def feed(self, data: bytes, now_s: float) -> list[Frame | Dropped]: ...

    def poll(self, now_s: float) -> list[Frame | Dropped]:
        """What ended by silence."""


def codec_of(sends: Sends, framing: Framing | None = None) -> Codec:
    if sends == "reports":
        return Reports(framing or Framing())
    if sends == "codes":
        return Codes(framing or Framing())
    return Keys(framing or Framing()) if sends == "keys" else Framer(framing)


class Reports:
    """HID-POS: the scanner says where a code ends, so silence ends none; one whose rest never came is dropped."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._whole = Whole(framing)
        self._messages = Messages()
        self._last_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[Frame | Dropped]:
        done = self.poll(now_s)
        self._last_s = now_s
        for message in self._messages.feed(data):
            done += self._whole.read(data_of(message), now_s, message.aim)
        return done

    def poll(self, now_s: float) -> list[Frame | Dropped]:
        if now_s - self._last_s < self._framing.stall_s or not self._messages.amid:
            return []
        return [Dropped(CUT_SHORT, self._messages.forget())]


def data_of(message: Message) -> bytes:
    """Without what a scanner set for another interface adds: STX before, CR, LF, TAB or ETX after."""
    return message.data.strip(ROUND)


class Keys:
    """Key events: what they mean is framed as text is."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._framer = Framer(framing)
        self._typed = Typed()
        self._last_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[Frame | Dropped]:
        done = self.poll(now_s)
        self._last_s = now_s
        self._framer.heard(now_s)
        return done + self._framer.feed(self._typed.feed(data), now_s)

    def poll(self, now_s: float) -> list[Frame | Dropped]:
        if now_s - self._last_s >= self._framing.stall_s:
            self._typed.calm()
        return self._framer.poll(now_s)


class Codes:
    """Whole codes, each behind its AIM identifier, as a camera's: nothing has to be waited for."""

    def __init__(self, framing: Framing) -> None:
        self._whole = Whole(framing)

    def feed(self, data: bytes, now_s: float) -> list[Frame | Dropped]:
        aim = AIM_BYTES.match(data)
        known = aim.group() if aim else b""
        return self._whole.read(data.removeprefix(known), now_s, known.decode())

    def poll(self, now_s: float) -> list[Frame | Dropped]:
        return []
