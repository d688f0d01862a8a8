"""Bars at any angle, tilted, small, blurred or in noise: set upright, averaged along themselves, read band by band.

The mean over a band of a code's height has a fraction of the noise of one row and all of its bars. Bands share no dot,
so two that give the same text are two reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import cv2
import numpy as np

from terminal.scanner.camera_areas import BarArea
from terminal.scanner.camera_clearing import Floats, evened, focused, sharpened, stilled
from terminal.scanner.camera_zxing import Grey, bars
from terminal.scanner.scan import Scan

CODE_PX = 720
"""The bars of a strip take so many dots, so that what follows can be in dots: a module of an EAN-13 is 7 to 8."""
MOST_ZOOM = 6.0
STRIP_HIGH_PX = 160
LOW_HIGH_PX = 32
"""Of the copy on which the slant is looked for."""
ROWS = 4
"""Of the picture made of a band's mean, for zxing believes what two rows say."""
SLANTS = np.arange(-1.25, 1.26, 0.125)
"""Tried, in dots across by a dot down; the bars stand upright where the mean of all rows has the sharpest edges."""
TRUNK = (0.08, 0.92)
"""The part of the height that is read: at its ends a tilted code has no bars or digits between them."""

Clear = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Step:
    """How many bands, how far beyond the bars' ends in parts of their length, and what makes a band clearer.

    `level`: the bars' feet are taken to lie on a line across them, as glare that hides a corner feigns a slope.
    `least`: so many bands have to give one text, more where many are asked or the measure of a blur is only guessed.
    """

    bands: int
    beyond: float = 0.2
    clear: Clear = lambda band: band
    level: bool = False
    least: int = 2


def _focused(sigma_px: float, noise: float) -> Step:
    return Step(5, clear=partial(focused, sigma_px=sigma_px, noise=noise), least=4)


def _stilled(length_px: float) -> Step:
    return Step(5, clear=partial(stilled, length_px=length_px, angle_deg=0, noise=0.005), least=4)


EASY = (
    Step(2),
    Step(2, clear=partial(sharpened, sigma_px=3, amount=2)),
    Step(5),
    Step(5, clear=partial(sharpened, sigma_px=3, amount=1.5)),
)
EVENED = partial(evened, window_px=61)
HARD = (
    Step(5, clear=EVENED, least=3),
    Step(9, least=3),
    Step(9, clear=partial(sharpened, sigma_px=3, amount=3), least=3),
    Step(2, clear=partial(sharpened, sigma_px=3, amount=5)),
    *(_focused(sigma_px, 0.003) for sigma_px in (3, 4, 5)),
    *(_focused(sigma_px, 0.0001) for sigma_px in (4, 5, 6.5, 8)),
    *(_stilled(length_px) for length_px in (9, 11, 14, 16, 18, 21, 24)),
    Step(15, clear=EVENED, level=True, least=5),
    Step(4, beyond=0.7, least=3),
    Step(5, beyond=0.7, clear=EVENED, least=3),
    Step(9, beyond=0.7, least=3),
    Step(15, beyond=0.7, clear=EVENED, level=True, least=5),
)
"""Glare hides one end of a code from the search, so the last look further out, in more bands."""


def read_bars(grey: Grey, area: BarArea, steps: Sequence[Step]) -> Iterator[Counter[Scan]]:
    """By step, how many bands gave each text."""
    strips: dict[tuple[float, bool], Grey] = {}
    for step in steps:
        kind = (step.beyond, step.level)
        if kind not in strips:
            strips[kind] = upright_strip(grey, replace(area, slope=0.0) if step.level else area, step.beyond)
        strip = strips[kind]
        least_px = strip.shape[1] / (1 + 2 * step.beyond) / 2
        yield Counter(scan for band in _bands(strip, step.bands) for scan in _read(step.clear(band), least_px))


def upright_strip(grey: Grey, area: BarArea, beyond: float) -> Grey:
    """The bars upright and side by side."""
    strip = _cut(grey, area, beyond)
    low = np.asarray(cv2.resize(strip, (strip.shape[1], LOW_HIGH_PX), interpolation=cv2.INTER_AREA), np.uint8)
    lower = strip.shape[0] / LOW_HIGH_PX
    slant = float(max(SLANTS, key=lambda slant: _sharpness(_slanted(low, float(slant) * lower))))
    return _slanted(strip, slant) if slant else strip


def _cut(grey: Grey, area: BarArea, beyond: float) -> Grey:
    zoom = max(1.0, min(MOST_ZOOM, CODE_PX / area.along))
    wide, high = int(area.along * (1 + 2 * beyond) * zoom), int(min(STRIP_HIGH_PX, max(8, area.across * zoom)))
    down_zoom = high / area.across
    cos, sin = np.cos(np.deg2rad(area.angle_deg)), np.sin(np.deg2rad(area.angle_deg))
    right = np.array((cos - area.slope * sin, sin + area.slope * cos)) / zoom
    down = np.array((-sin, cos)) / down_zoom
    origin = np.array((area.x, area.y)) - right * wide / 2 - down * high / 2
    return np.asarray(
        cv2.warpAffine(
            grey, np.column_stack((right, down, origin)), (wide, high),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        ), np.uint8,
    )  # fmt: skip


def _slanted(strip: Grey, slant: float) -> Grey:
    high, wide = strip.shape
    matrix = np.array([[1, slant, -slant * high / 2], [0, 1, 0]])
    return np.asarray(cv2.warpAffine(strip, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _sharpness(strip: Grey) -> float:
    (band,) = _bands(strip, 1)
    return float(np.square(np.diff(band)).sum())


def _bands(strip: Grey, count: int) -> Iterator[Floats]:
    """The mean rows of so many bands, each of shape (1, wide)."""
    first, last = (part * strip.shape[0] for part in TRUNK)
    edges = np.linspace(first, last, count + 1).astype(int)
    for top, foot in pairwise(edges):
        rows = strip[top : max(foot, top + 1)]
        yield np.asarray(cv2.reduce(rows, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F), np.float32)


def _read(band: Floats, least_px: float) -> set[Scan]:
    """What a band says, dark on light or light on dark, if it takes most of the bars: a part may be read wrong."""
    rows = np.repeat(np.clip(band, 0, 255).astype(np.uint8), ROWS, axis=0)
    return {scan for scan, wide_px in bars(rows) or bars(255 - rows) if wide_px >= least_px}
