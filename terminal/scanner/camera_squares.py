"""QR codes and DataMatrix that are small, blurred, moved or in noise: cut out, enlarged, made clearer, read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import cv2
import numpy as np

from terminal.scanner.camera_areas import SquareArea, edges_of
from terminal.scanner.camera_clearing import Floats, focused, sharpened, softened, stilled
from terminal.scanner.camera_zxing import Grey, squares
from terminal.scanner.scan import Scan

CUT_PX = 400
"""A cut is enlarged to this side, so that what follows can be in dots."""
MOST_ZOOM = 4.0
MARGIN = 0.12

Clear = Callable[[Floats], Floats]
EASY: tuple[Clear, ...] = (
    lambda cut: cut,
    partial(softened, sigma_px=3),
    partial(sharpened, sigma_px=5, amount=2),
)
FOCUSED = tuple(
    partial(focused, sigma_px=sigma_px, noise=noise)
    for sigma_px, noise in (
        (3, 0.05), (5, 0.003), (4, 0.2), (4, 0.01), (7, 0.003), (6, 0.001), (3, 0.02), (6, 0.1), (8, 0.001),
        (10, 0.001), (6, 0.0003), (9, 0.0003),
    )
)  # fmt: skip
MOVED_PX = (16, 20, 26)


def cut_out(grey: Grey, area: SquareArea) -> Grey:
    margin = int(MARGIN * max(area.wide, area.high))
    left, top = max(0, area.left - margin), max(0, area.top - margin)
    cut = grey[top : area.top + area.high + margin, left : area.left + area.wide + margin]
    zoom = min(MOST_ZOOM, CUT_PX / max(cut.shape))
    if zoom <= 1:
        return cut
    return np.asarray(cv2.resize(cut, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC), np.uint8)


def read_squares(cut: Grey, steps: Sequence[Clear]) -> Iterator[list[Scan]]:
    dots = cut.astype(np.float32)
    for clear in steps:
        yield squares(np.clip(clear(dots), 0, 255).astype(np.uint8))


def hard_steps(cut: Grey) -> Sequence[Clear]:
    """Out of focus in several measures, or moved: a movement leaves few edges across its way."""
    edges = edges_of(cut)
    xx, yy, xy = (float(part.sum()) for part in (edges.xx, edges.yy, edges.xy))
    way_deg = float(np.degrees(0.5 * np.arctan2(2 * xy, xx - yy))) + 90
    return (*FOCUSED, *(partial(stilled, length_px=px, angle_deg=way_deg, noise=0.02) for px in MOVED_PX))
