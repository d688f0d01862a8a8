"""A scanner that types like a keyboard, told from a person by its speed and by what it typed.

Printable keys are held for a moment. A burst is a scan only if `accepts` knows its text, whole or as its tail, and it
is not one repeated key; otherwise its keys are let go in their order, as typed: nothing lost, nothing out of place.
No clock here: times are those at which the keys were read. Scanners type at 1 to 20 ms a key, some Zebra at 80 to 100.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from terminal.scanner.framing import AIM_IDENTIFIER
from terminal.scanner.layout import unmap_layout
from terminal.scanner.scan import GROUP_SEPARATOR, is_code_text

END_KEYS = frozenset({"enter", "tab", "ctrl+j", "ctrl+m"})
"""Keys a scanner ends a code with; CR LF arrives as enter and ctrl+j."""
SEPARATOR_KEY = "ctrl+right_square_bracket"
"""The group separator of GS1 codes, 0x1D, as a terminal names it."""
MOST_KEYS = 4096
MOST_TYPED_BEFORE = 8
"""A person cannot type more keys than this so close to a scan that they are held together with it."""
SURELY_FAST_KEYS = 3


class WedgeProfile(msgspec.Struct, frozen=True):
    """How fast one scanner types, in seconds; `hold_s` is also how long a person's key waits. 0 holds nothing.

    After three keys at a machine's speed a pause up to `pause_s` is forgiven: the computer stumbled, not the scanner.
    The same code again within `repeat_s` is one scan.
    """

    hold_s: float = 0.03
    mean_gap_s: float = 0.03
    pause_s: float = 0.1
    min_chars: int = 4
    repeat_s: float = 0.5


class Pass(msgspec.Struct, frozen=True):
    """These keys were typed by a person."""

    keys: tuple[str, ...]


class ScanFound(msgspec.Struct, frozen=True):
    """These keys were a scan of `text` (layout undone, AIM identifier taken off); nobody else must see them."""

    text: str
    keys: tuple[str, ...]


class Swallowed(msgspec.Struct, frozen=True):
    """The rest of a scanner's suffix, which came straight after its scan was found."""

    keys: tuple[str, ...]


class Hold(msgspec.Struct, frozen=True):
    """The key waits until `until_s`, when `poll` decides."""

    until_s: float


Outcome = Pass | ScanFound | Swallowed | Hold


class Stroke(msgspec.Struct, frozen=True):
    key: str
    at_s: float


class Wedge:
    """Takes keys by name ("a", "enter", "f5"; a printable key is its character) and says what they were."""

    def __init__(self, accepts: Callable[[str], bool], profile: WedgeProfile | None = None) -> None:
        self._accepts = accepts
        self._profile = profile or WedgeProfile()
        self._held: list[Stroke] = []
        self._suffix_until_s = float("-inf")

    @property
    def due_s(self) -> float | None:
        """When `poll` has something to decide; None while nothing is held."""
        if not self._held:
            return None
        fast = is_fast(self._held, self._profile.mean_gap_s, SURELY_FAST_KEYS)
        return self._held[-1].at_s + (self._profile.pause_s if fast else self._profile.hold_s)

    def feed(self, key: str, now_s: float) -> list[Outcome]:
        """Take one key read at `now_s` and return what is now known, in the order of the keys.

        A key ends the hold of those before it only after a real pause: under load keys are read later than they were
        typed, and a caller that has not polled yet was busy.
        """
        key = GROUP_SEPARATOR if key == SEPARATOR_KEY else key
        paused = self._held and now_s - self._held[-1].at_s >= self._profile.pause_s
        known = self._decide(now_s) if paused else []
        if key in END_KEYS:
            return known + self._end_key(key, now_s)
        self._suffix_until_s = float("-inf")
        if not is_text(key) or self._profile.hold_s <= 0:
            return [*known, *self._decide(now_s), Pass((key,))]
        if len(self._held) >= MOST_KEYS:
            known += self._decide(now_s)
        self._held.append(Stroke(key, now_s))
        return [*known, Hold(self.due_s or now_s)]

    def poll(self, now_s: float) -> list[Outcome]:
        """Decide about held keys once their time is over."""
        due_s = self.due_s
        return self._decide(now_s) if due_s is not None and now_s >= due_s else []

    def flush(self, now_s: float) -> list[Outcome]:
        """Decide about held keys at once, since something else happens now (a paste, the end of the program)."""
        return self._decide(now_s)

    def _end_key(self, key: str, now_s: float) -> list[Outcome]:
        if not self._held:
            return [Swallowed((key,)) if now_s < self._suffix_until_s else Pass((key,))]
        *before, last = self._decide(now_s)
        if isinstance(last, ScanFound):
            return [*before, ScanFound(last.text, (*last.keys, key))]
        return [*before, last, Pass((key,))]

    def _decide(self, now_s: float) -> list[Outcome]:
        strokes, self._held = self._held, []
        if not strokes:
            return []
        keys = tuple(stroke.key for stroke in strokes)
        found = self._find(strokes)
        if found is None:
            return [Pass(keys)]
        start, text = found
        self._suffix_until_s = now_s + self._profile.hold_s
        scan = ScanFound(text, keys[start:])
        return [Pass(keys[:start]), scan] if start else [scan]

    def _find(self, strokes: list[Stroke]) -> tuple[int, str] | None:
        """The longest tail that is a scan: where it starts and its text."""
        for start in range(min(len(strokes), MOST_TYPED_BEFORE + 1)):
            tail = strokes[start:]
            text = meant("".join(stroke.key for stroke in tail))
            if (
                is_fast(tail, self._profile.mean_gap_s, self._profile.min_chars)
                and begins_apart(strokes, start)
                and self._accepts(text)
            ):
                return start, text
        return None


def meant(typed: str) -> str:
    """The code in what was typed: in a US layout, without an AIM identifier."""
    text = unmap_layout(typed)
    aim = AIM_IDENTIFIER.match(text)
    return text[aim.end() :] if aim else text


def is_text(key: str) -> bool:
    return len(key) == 1 and is_code_text(key)


def is_fast(strokes: Sequence[Stroke], mean_gap_s: float, at_least: int) -> bool:
    """Whether so many different keys came at a machine's speed; a key held down repeats, and is no scan."""
    if len(strokes) < max(at_least, 2) or all(stroke.key == strokes[0].key for stroke in strokes):
        return False
    return (strokes[-1].at_s - strokes[0].at_s) / (len(strokes) - 1) <= mean_gap_s


def begins_apart(strokes: Sequence[Stroke], start: int) -> bool:
    """Whether a tail is visibly a thing of its own: a longer gap before it, or not a digit after a digit.

    Without this the last 12 digits of a misread 13-digit code would pass as a code in one case of ten.
    """
    if start == 0:
        return True
    if not (strokes[start - 1].key.isdigit() and strokes[start].key.isdigit()):
        return True
    times = [stroke.at_s for stroke in strokes[start - 1 :]]
    gaps = [after - before for before, after in pairwise(times)]
    return gaps[0] > 2 * max(gaps[1:], default=0.0) and gaps[0] > 0.002
