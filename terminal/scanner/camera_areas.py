"""Where in a frame codes may lie, found without reading: many edges close together, of one direction or of all.

Bars have all their edges in one direction, whatever that is; a QR code or a DataMatrix has edges in two at right
angles. Both show in the structure tensor of the brightness (Bigün and Granlund 1987), which noise, blur and turning
leave as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

MOST_SIDE_PX = 1600
"""A larger picture is made smaller for the search, not for the reading."""
CELL_PX = 4
BAR_WINDOWS = (7, 15, 3)
"""In cells: codes at arm's length, near ones and far ones."""
SQUARE_WINDOW = 5
ONE_DIRECTION = 0.5
"""From 0, edges of all directions, to 1, all of one."""
PARALLEL = 0.7
FAINT = 100.0
LEAST_CELLS = 12
MOST_AREAS = 3
STEEPEST = 1.2


@dataclass(frozen=True, slots=True)
class BarArea:
    """Bars about (x, y): `angle_deg` is the way across them, on which a reader's beam lies; sizes in dots.

    Seen from aside, bars do not stand upright on the line their feet make: `slope` is that line's, downwards.
    """

    x: float
    y: float
    along: float
    across: float
    angle_deg: float
    slope: float
    weight: float

    def is_near(self, other: BarArea) -> bool:
        room = 0.1 * other.along + CELL_PX
        return abs(self.x - other.x) < room and abs(self.y - other.y) < room and self.along < 1.15 * other.along


@dataclass(frozen=True, slots=True)
class SquareArea:
    """An upright rectangle in dots of the picture."""

    left: int
    top: int
    wide: int
    high: int


@dataclass(frozen=True, slots=True)
class Edges:
    """The structure tensor by cells; `cell_px` is a cell's side in dots of the picture."""

    xx: Floats
    yy: Floats
    xy: Floats
    cell_px: float


def edges_of(grey: Grey) -> Edges:
    scale = min(1.0, MOST_SIDE_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    soft = cv2.GaussianBlur(small, (3, 3), 0)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    cells = (max(1, small.shape[1] // CELL_PX), max(1, small.shape[0] // CELL_PX))
    xx, yy, xy = (cv2.resize(product, cells, interpolation=cv2.INTER_AREA)
                  for product in (across * across, down * down, across * down))  # fmt: skip
    return Edges(np.asarray(xx), np.asarray(yy), np.asarray(xy), CELL_PX / scale)


def bar_areas(edges: Edges) -> list[BarArea]:
    """The likeliest first, a few at most."""
    found = [area for window in BAR_WINDOWS for area in _bar_areas(edges, window)]
    kept: list[BarArea] = []
    for area in sorted(found, key=lambda area: -area.weight):
        if not any(area.is_near(other) for other in kept):
            kept.append(area)
    return kept[:MOST_AREAS]


def _bar_areas(edges: Edges, window: int) -> list[BarArea]:
    xx, yy, xy = (cv2.blur(part, (window, window)) for part in (edges.xx, edges.yy, edges.xy))
    real, imaginary, power = xx - yy, 2 * xy, xx + yy
    directed = np.hypot(real, imaginary)
    # Noise has power in all directions alike; what the quieter quarter of the frame has is taken to be everywhere.
    power = np.maximum(power - np.percentile(power, 25), 1)
    mask = (directed > ONE_DIRECTION * power) & (directed > max(0.12 * float(directed.max()), FAINT))
    areas = []
    for place, cells in _connected(mask):
        sums = (float(real[place][cells].sum()), float(imaginary[place][cells].sum()))
        weight = float(directed[place][cells].sum())
        if np.hypot(*sums) >= PARALLEL * weight:
            down, across = np.nonzero(cells)
            points = np.stack((across + place[1].start + 0.5, down + place[0].start + 0.5)) * edges.cell_px
            areas.append(_measured(points, 0.5 * float(np.arctan2(sums[1], sums[0])), edges.cell_px, weight))
    return areas


def _measured(points: NDArray[np.float64], angle: float, cell_px: float, weight: float) -> BarArea:
    cos, sin = np.cos(angle), np.sin(angle)
    along, across = points[0] * cos + points[1] * sin, points[1] * cos - points[0] * sin
    spread = np.cov(along, across)
    slope = float(np.clip(spread[0, 1] / max(spread[0, 0], 1), -STEEPEST, STEEPEST))
    first, last = np.percentile(along, (1, 99))
    middle = (first + last) / 2
    top, foot = np.percentile(across - slope * (along - middle), (2, 98))
    height = (top + foot) / 2
    return BarArea(
        float(middle * cos - height * sin), float(middle * sin + height * cos),
        float(last - first + cell_px), float(foot - top + cell_px), float(np.degrees(angle)), slope, weight,
    )  # fmt: skip


def square_areas(edges: Edges) -> list[SquareArea]:
    """The likeliest first, a few at most."""
    xx, yy, xy = (cv2.blur(part, (SQUARE_WINDOW, SQUARE_WINDOW)) for part in (edges.xx, edges.yy, edges.xy))
    power = xx + yy
    undirected = np.maximum(power - np.percentile(power, 25) - np.hypot(xx - yy, 2 * xy), 0)
    mask = undirected > max(0.2 * float(undirected.max()), FAINT)
    found = [(float(undirected[place][cells].sum()), place) for place, cells in _connected(mask)]
    found.sort(key=lambda one: -one[0])
    return [_rectangle(place, edges.cell_px) for _, place in found[: MOST_AREAS - 1]]


def _rectangle(place: tuple[slice, slice], cell_px: float) -> SquareArea:
    down, across = place
    return SquareArea(
        int(across.start * cell_px), int(down.start * cell_px),
        int((across.stop - across.start) * cell_px), int((down.stop - down.start) * cell_px),
    )  # fmt: skip


def _connected(mask: NDArray[np.bool_]) -> list[tuple[tuple[slice, slice], NDArray[np.bool_]]]:
    """The connected parts of a mask that are no specks: where each is, and its own cells there."""
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    parts = []
    for part in range(1, count):
        left, top, wide, high, cells = (int(size) for size in sizes[part])
        if cells >= LEAST_CELLS:
            place = (slice(top, top + high), slice(left, left + wide))
            parts.append((place, labels[place] == part))
    return parts
