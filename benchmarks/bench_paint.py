"""Keystroke and scan to the painted line: from the bytes written to the terminal to the bytes of the line read from it.

Ours is `kopilka terminal`: a letter typed until it stands on the command line; an arrow until the line it selects is
marked; a code of 13 digits and Enter in one burst, as a scanner that types sends it, until the line of those goods
stands on the receipt, looked up, priced and quoted with a member. The peer is an application of one pane of the till's
own kind, one row of which changes.

Both get keys and codes as from a fast typist, 60 to 120 ms after the last was seen. What is typed quicker the till
takes for a scanner's, holds it for 30 ms and shows nothing of it until it knows; and for up to 33 ms after a painting
Textual puts off the next, but for a screen with frames of its own, as the till's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from benchmarks import line_app, members, shop
from benchmarks.bench_start import DONE, IDLE
from benchmarks.measure import Finding, Goal, compare, percentile
from benchmarks.scratch import Scratch
from benchmarks.terminal_screen import TerminalScreen, kopilka

LETTERS = "qzxjkvwy"
CODES = range(8)
ARROWS = (("\x1b[A", 6), ("\x1b[A", 5), ("\x1b[A", 4), ("\x1b[A", 3), *((("\x1b[B", n)) for n in (4, 5, 6, 7)))
"""Up and Down, and the line each selects; the last is selected at first."""
TURNS = 6
PAIRS = 5
"""A pair is 48 of each, eight by turns."""
GOAL = Goal(2.0)
PEER = ("-m", "benchmarks.line_app")
ESCAPE, MENU, VOID_RECEIPT = "\x1b", "\x0f", "1"
"""The first line of the menu (Ctrl+O) voids the receipt."""
ESCAPED_S = 0.3
PAUSE_S = (0.06, 0.12)
_chance = Random(7)


def run(scratch: Scratch) -> Iterator[Finding]:
    till = kopilka("terminal", "--data", str(scratch.new_till(scratch.sizes[0])), "--lang", "en")
    with TerminalScreen(till) as ours, TerminalScreen(PEER) as peer:
        ours.painted(IDLE)
        peer.painted(line_app.READY)
        yield _compared("letter to painted line, p95", scratch, lambda: _letters(ours), lambda: _letter_rows(peer))
        yield _compared("scan to painted line, p95", scratch, lambda: _scans(ours), lambda: _code_rows(peer))
        _fill(ours)
        yield _compared("arrow to painted line, p95", scratch, lambda: _arrows(ours), lambda: _letter_rows(peer))


def _compared(name: str, scratch: Scratch, ours: Callable[[], list[float]], peer: Callable[[], list[float]]) -> Finding:
    pairs, turns = scratch.times(PAIRS), scratch.times(TURNS)
    return compare(name, "ms", pairs, ours, peer, GOAL, turns=turns, of=lambda values: percentile(values, 95))


def _letters(screen: TerminalScreen) -> list[float]:
    """The command line grows by each letter, and is emptied at the end."""
    taken = [_until_ms(screen, letter, LETTERS[: place + 1]) for place, letter in enumerate(LETTERS)]
    screen.type(ESCAPE)
    screen.rest(ESCAPED_S)
    return taken


def _letter_rows(screen: TerminalScreen) -> list[float]:
    return [_until_ms(screen, letter, line_app.ADDED + letter) for letter in LETTERS]


def _scans(screen: TerminalScreen) -> list[float]:
    """A receipt of one member grows by each code, and is voided at the end."""
    taken = _fill(screen)
    _until_ms(screen, MENU + VOID_RECEIPT, IDLE)
    return taken


def _fill(screen: TerminalScreen) -> list[float]:
    _until_ms(screen, members.card(1) + "\r", DONE)
    return [_until_ms(screen, shop.code_of(n) + "\r", shop.name_of(n)) for n in CODES]


def _code_rows(screen: TerminalScreen) -> list[float]:
    return [_until_ms(screen, shop.code_of(n) + "\r", line_app.ADDED + shop.code_of(n)) for n in CODES]


def _arrows(screen: TerminalScreen) -> list[float]:
    """The mark goes up four lines and down again."""
    return [_until_ms(screen, arrow, f"▸ {shop.name_of(n)}") for arrow, n in ARROWS]


def _until_ms(screen: TerminalScreen, keys: str, text: str) -> float:
    """From the keys to the text; before them a pause, so that they wait for no other's frame, and meet any moment of
    their own."""
    screen.rest(_chance.uniform(*PAUSE_S))
    pressed_s = screen.type(keys)
    return (screen.painted(text) - pressed_s) * 1000
