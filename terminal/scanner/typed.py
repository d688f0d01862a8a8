"""Key events of a scanner in keyboard mode, as Linux gives them (input_event) -> the bytes it meant.

Keys are read by their places on a US keyboard, whatever layout the computer has. Ctrl with a sign is a control
character, as Ctrl+] is the group separator of GS1; Alt with digits of the number pad is the character of that number.
"""

import struct

from devices import keys
from devices.keys import DOWN, EV_KEY, EV_LED, EV_SYN, LED_CAPS, PAD_DIGITS, PAD_SIGNS, PLAIN, SHIFTED, SYN_DROPPED, UP

EVENT = struct.Struct(keys.EVENT)
SHIFTS = frozenset({keys.LEFT_SHIFT, keys.RIGHT_SHIFT})
CONTROLS = frozenset({keys.LEFT_CONTROL, keys.RIGHT_CONTROL})
ENTERS = frozenset({keys.ENTER, keys.PAD_ENTER})
MOST_ALT_DIGITS = 5
NOT_TEXT, STX = b"\0", b"\x02"
"""A sign no framing takes for text; and the start of a code, which gives up one that was begun."""


class Typed:
    """Turns events into bytes; the same bytes come out in any chunking. Enter is CR, Tab is TAB."""

    def __init__(self) -> None:
        self._wire = b""
        self._held: set[int] = set()
        self._caps = False
        self._alt_digits = ""
        self._torn = False

    def feed(self, raw: bytes) -> bytes:
        self._wire += raw
        whole = len(self._wire) // EVENT.size * EVENT.size
        events, self._wire = self._wire[:whole], self._wire[whole:]
        return b"".join(self._take(kind, code, value) for _, _, kind, code, value in EVENT.iter_unpack(events))

    def calm(self) -> None:
        """Nothing came for a while: what comes next begins anew."""
        self._torn = False
        self._wire = b""

    def _take(self, kind: int, code: int, value: int) -> bytes:
        if (kind, code) == (EV_SYN, SYN_DROPPED):
            self._torn = True
            self._held.clear()
            return STX
        if (kind, code) == (EV_LED, LED_CAPS):
            self._caps = bool(value)
        if kind != EV_KEY or value not in (UP, DOWN):
            return b""
        if value == UP:
            return self._released(code)
        return self._pressed(code)

    def _released(self, code: int) -> bytes:
        self._held.discard(code)
        if code != keys.LEFT_ALT or not self._alt_digits:
            return b""
        number, self._alt_digits = int(self._alt_digits), ""
        # Above ASCII the character depends on a code page nobody tells.
        return bytes((number,)) if 0 < number < 128 else NOT_TEXT

    def _pressed(self, code: int) -> bytes:
        if code in SHIFTS or code in CONTROLS or code == keys.LEFT_ALT:
            self._held.add(code)
            return b""
        if code == keys.CAPS:
            self._caps = not self._caps
            return b""
        if self._torn:
            # Until the end of the code of which keys are missing.
            self._torn = code not in ENTERS and code != keys.TAB
            return b""
        if keys.LEFT_ALT in self._held:
            if code in PAD_DIGITS and len(self._alt_digits) < MOST_ALT_DIGITS:
                self._alt_digits += PAD_DIGITS[code]
            return b""
        return self._meant(code).encode("ascii")

    def _meant(self, code: int) -> str:
        if code in ENTERS:
            return "\r"
        if code == keys.TAB:
            return "\t"
        if code in PAD_DIGITS or code in PAD_SIGNS:
            return PAD_DIGITS.get(code) or PAD_SIGNS[code]
        shift = not SHIFTS.isdisjoint(self._held)
        if code == keys.OTHER:
            return ">" if shift else "<"
        sign = PLAIN.get(code, "")
        if not CONTROLS.isdisjoint(self._held):
            return _control(sign)
        if sign.isalpha():
            shift = shift != self._caps
        return SHIFTED.get(code, "") if shift else sign


def _control(sign: str) -> str:
    """Ctrl+] is the group separator, Ctrl+M a CR; the digits have none."""
    upper = sign.upper()
    return chr(ord(upper) & 0x1F) if upper and "@" <= upper <= "_" else ""
