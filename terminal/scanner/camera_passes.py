"""The passes over one frame, from the quickest to the dearest, and what of their reads is certain.

A QR code or a DataMatrix corrects its own errors, so one read of it counts. A 1D code counts by two equal reads of
different dots: of two bands of its height, of a band and the whole frame, of zxing and zbar. A read that another
contradicts counts only if three times as many are for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import cv2
import numpy as np

from terminal.scanner import camera_bars, camera_squares
from terminal.scanner.camera_areas import BarArea, Edges, SquareArea, bar_areas, edges_of, square_areas
from terminal.scanner.camera_zxing import Grey, anyhow, upright, zbar
from terminal.scanner.scan import Scan, is_linear

LEAST_READS = 2
TIMES_A_RIVAL = 3


class Looked:
    """One frame while it is looked at: what was found where, and the 1D texts the whole frame gave."""

    def __init__(self, frame: Grey) -> None:
        grey = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        self.grey: Grey = np.ascontiguousarray(grey, np.uint8)
        self.whole: set[Scan] = set()

    @cached_property
    def edges(self) -> Edges:
        return edges_of(self.grey)

    @cached_property
    def bars(self) -> list[BarArea]:
        return bar_areas(self.edges)

    @cached_property
    def squares(self) -> list[SquareArea]:
        return square_areas(self.edges)

    def of_whole(self, scans: list[Scan]) -> list[Scan]:
        """What is certain of reads of the whole frame; its 1D texts are kept as one read each."""
        self.whole.update(scan for scan in scans if is_linear(scan))
        return [scan for scan in scans if not is_linear(scan)]


Pass = Callable[[Looked], list[Scan]]


def upright_pass(looked: Looked) -> list[Scan]:
    return looked.of_whole(upright(looked.grey))


def anyhow_pass(looked: Looked) -> list[Scan]:
    return looked.of_whole(anyhow(looked.grey))


def easy_bars(looked: Looked) -> list[Scan]:
    return [scan for area in looked.bars for scan in _bars(looked, area, camera_bars.EASY)]


def hard_bars(looked: Looked) -> list[Scan]:
    return _first(_bars(looked, area, camera_bars.HARD) for area in looked.bars)


def easy_squares(looked: Looked) -> list[Scan]:
    cuts = (camera_squares.cut_out(looked.grey, area) for area in looked.squares)
    return _first(_first(camera_squares.read_squares(cut, camera_squares.EASY)) for cut in cuts)


def hard_squares(looked: Looked) -> list[Scan]:
    cuts = (camera_squares.cut_out(looked.grey, area) for area in looked.squares)
    return _first(_first(camera_squares.read_squares(cut, camera_squares.hard_steps(cut))) for cut in cuts)


def zbar_pass(looked: Looked) -> list[Scan]:
    scans = zbar(looked.grey)
    linear = Counter({scan for scan in scans if is_linear(scan)})
    return [scan for scan in scans if not is_linear(scan)] + agreed(linear + Counter(looked.whole))


PASSES: Sequence[Pass] = (
    upright_pass, easy_bars, anyhow_pass, easy_squares, hard_bars, hard_squares, zbar_pass,
)  # fmt: skip


def look(frame: Grey, most_passes: int) -> list[Scan]:
    """What the first pass that is certain of anything found, and what else was seen and a second read makes certain."""
    looked = Looked(frame)
    found = _first(make(looked) for make in PASSES[:most_passes])
    return [*found, *easy_bars(looked)] if looked.whole - set(found) else found


def agreed(reads: Counter[Scan], least: int = LEAST_READS) -> list[Scan]:
    """The text that enough reads are for and few enough against."""
    (best, count), (_, rival) = (*reads.most_common(2), (None, 0), (None, 0))[:2]
    return [best] if best and count >= least and count >= TIMES_A_RIVAL * rival else []


def _bars(looked: Looked, area: BarArea, steps: Sequence[camera_bars.Step]) -> list[Scan]:
    read = zip(steps, camera_bars.read_bars(looked.grey, area, steps), strict=True)
    return _first(agreed(reads + Counter(looked.whole), step.least) for step, reads in read)


def _first(found: Iterator[list[Scan]]) -> list[Scan]:
    return next((scans for scans in found if scans), [])
