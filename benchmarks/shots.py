"""Frames as a camera gives them of a thing held before it: turned, far, out of focus, moved, noisy, tilted, in glare.

Each way of being seen badly goes from slight to hopeless, so that a rate says how far a reader goes; in all but the
turned ones the thing is held within some degrees of upright or on its side, as a person with a scanner's beam in mind
does. A seed gives one and the same frames on every machine with these versions of numpy and OpenCV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.things import MAKERS, Frame, Thing

Floats = NDArray[np.float64]
Size = tuple[int, int]

SIZES: tuple[Size, ...] = ((640, 480), (1280, 720))
FINER = 2
"""A frame is drawn so many times larger and then averaged, as a sensor's dots average the light."""
HELD_DEG = 8.0


@dataclass(frozen=True, slots=True)
class Look:
    """How a thing is seen. Blur and motion are in modules of its code, noise in steps of 0..255."""

    angle_deg: float
    module_px: float
    most_px: float
    shift: tuple[float, float]
    tilt_deg: float = 0.0
    tilt_towards_deg: float = 0.0
    blur: float = 0.0
    motion: float = 0.0
    motion_deg: float = 0.0
    noise: float = 3.0
    glare: float = 0.0
    shade: float = 0.1
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, BGR of uint8, and what is on it."""

    frame: Frame
    thing: Thing
    way: str


def rotation(look: Look, chance: Random) -> Look:
    return replace(look, angle_deg=chance.randrange(0, 360, 10) + chance.uniform(-2, 2))


def blur(look: Look, chance: Random) -> Look:
    return replace(look, blur=chance.uniform(0.35, 1.1))


def motion(look: Look, chance: Random) -> Look:
    return replace(look, motion=chance.uniform(1.0, 3.0), motion_deg=chance.uniform(0, 180))


def noise(look: Look, chance: Random) -> Look:
    return replace(look, noise=chance.uniform(20, 80))


def perspective(look: Look, chance: Random) -> Look:
    return replace(look, tilt_deg=chance.uniform(25, 60), tilt_towards_deg=chance.uniform(0, 360))


def glare(look: Look, chance: Random) -> Look:
    return replace(look, glare=chance.uniform(0.2, 0.8), shade=chance.uniform(0.2, 0.6))


def inversion(look: Look, chance: Random) -> Look:
    return replace(look, inverted=True, noise=chance.uniform(3, 15))


def distance(look: Look, chance: Random) -> Look:
    """Far away, or as near as the frame can hold the code."""
    nearer = look.module_px * chance.uniform(1.2, 3.0)
    return replace(look, module_px=min(nearer, look.most_px) if chance.random() < 0.25 else
                   look.module_px * chance.uniform(0.35, 0.65))  # fmt: skip


def mixed(look: Look, chance: Random) -> Look:
    """A little of everything, from any side."""
    return replace(
        rotation(look, chance),
        tilt_deg=chance.uniform(0, 30), tilt_towards_deg=chance.uniform(0, 360), blur=chance.uniform(0.2, 0.5),
        noise=chance.uniform(5, 25), shade=chance.uniform(0.1, 0.5), module_px=look.module_px * chance.uniform(0.7, 1),
    )  # fmt: skip


WAYS: tuple[Callable[[Look, Random], Look], ...] = (
    rotation, blur, motion, noise, perspective, glare, inversion, distance, mixed,
)  # fmt: skip

COMBINATIONS = len(MAKERS) * len(WAYS) * len(SIZES)
STRIDE = 25
"""Has no divisor in common with their number, so that a walk by it comes to each."""


def shots(seed: int, count: int, first: int = 0) -> Iterator[Shot]:
    """`count` frames: any 126 in a row have each thing in each way in each size, and a few of them a bit of each."""
    for place in range(first, first + count):
        thing, way, size = _combination(place)
        chance = Random(f"{seed}/{place}")
        yield shot(thing(chance), way, size, chance)


def clip(seed: int, place: int, frames: int) -> list[Shot]:
    """The same thing seen `frames` times in a row: the hand trembles, the noise is another each time."""
    maker, way, size = _combination(place)
    chance = Random(f"{seed}/{place}")
    thing = maker(chance)
    look = way(_held(thing, size, chance), chance)
    return [Shot(seen(thing, _trembling(look, chance), size, chance), thing, way.__name__) for _ in range(frames)]


def shot(thing: Thing, way: Callable[[Look, Random], Look], size: Size, chance: Random) -> Shot:
    look = way(_held(thing, size, chance), chance)
    return Shot(seen(thing, look, size, chance), thing, way.__name__)


def seen(thing: Thing, look: Look, size: Size, chance: Random) -> Frame:
    """The frame of a look; what comes by chance is the noise, the table and where the glare is."""
    dice = np.random.default_rng(chance.randrange(2**63))
    image = _laid(thing, look, size, dice).astype(np.float32)
    image = _unsharp(image, look)
    image *= _light(size, look, dice)[:, :, None]
    if look.glare:
        image += _glare(thing, look, size, dice)[:, :, None]
    image += dice.normal(0.0, look.noise, image.shape).astype(np.float32)
    return np.clip(image, 0, 255).astype(np.uint8)


def _combination(place: int) -> tuple[Callable[[Random], Thing], Callable[[Look, Random], Look], Size]:
    rest, thing = divmod(place * STRIDE % COMBINATIONS, len(MAKERS))
    rest, way = divmod(rest, len(WAYS))
    return MAKERS[thing], WAYS[way], SIZES[rest]


def _held(thing: Thing, size: Size, chance: Random) -> Look:
    """Upright or on its side, in the middle, at a comfortable distance."""
    is_flat = thing.symbology in ("QR", "DataMatrix")
    near, far = (3.0, 4.5) if is_flat else (1.8, 2.6)
    larger = size[1] / 480
    module_px = chance.uniform(near, far) * larger**0.7
    room_px = 0.92 * size[1] / (max(thing.wide, thing.high) / thing.module + 14)
    shift = (chance.uniform(-0.04, 0.04) * size[0], chance.uniform(-0.04, 0.04) * size[1])
    angle_deg = chance.choice((0, 0, 0, 90, 180, 270)) + chance.uniform(-HELD_DEG, HELD_DEG)
    return Look(angle_deg, min(module_px, room_px), room_px, shift)


def _trembling(look: Look, chance: Random) -> Look:
    x, y = look.shift
    return replace(
        look,
        angle_deg=look.angle_deg + chance.gauss(0, 0.7),
        module_px=look.module_px * chance.uniform(0.985, 1.015),
        shift=(x + chance.gauss(0, 1.5), y + chance.gauss(0, 1.5)),
    )


def _laid(thing: Thing, look: Look, size: Size, dice: np.random.Generator) -> Frame:
    """The thing on a table, through the camera's lens."""
    scale = look.module_px / thing.module * FINER
    face = 255 - thing.face if look.inverted else thing.face
    smaller = min(1.0, scale * 1.2)
    fine = cv2.resize(face, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA)
    wide, high = size[0] * FINER, size[1] * FINER
    table = np.full((high, wide, 3), dice.integers(60, 170), np.uint8)
    matrix = _lens(thing, look, size) @ np.diag((1 / smaller, 1 / smaller, 1.0))
    seen = cv2.warpPerspective(
        fine, matrix, (wide, high), dst=table, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    return np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA), np.uint8)


def _lens(thing: Thing, look: Look, size: Size) -> Floats:
    """Dots of the face to dots of the finer frame: moved to the code's middle, scaled, turned, tilted, projected."""
    scale = look.module_px / thing.module * FINER
    far = 1.6 * size[0] * FINER
    (x, y), turn, tilt = thing.middle, np.deg2rad(look.angle_deg), np.deg2rad(look.tilt_deg)
    towards = np.deg2rad(look.tilt_towards_deg)
    flat = np.array([[scale, 0, -x * scale], [0, scale, -y * scale], [0, 0, 1]])
    flat = _turn(turn) @ flat
    axis = np.array((np.cos(towards), np.sin(towards), 0.0))
    rotated = cv2.Rodrigues(axis * tilt)[0]
    space = np.column_stack((rotated[:, 0], rotated[:, 1], (0.0, 0.0, far)))
    middle = (size[0] * FINER / 2 + look.shift[0] * FINER, size[1] * FINER / 2 + look.shift[1] * FINER)
    camera = np.array([[far, 0, middle[0]], [0, far, middle[1]], [0, 0, 1]])
    return np.asarray(camera @ space @ flat)


def _turn(angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1.0]])


def _unsharp(image: NDArray[np.float32], look: Look) -> NDArray[np.float32]:
    """Out of focus and moved, each by the code's own measure."""
    sigma = max(0.4, look.blur * look.module_px)
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))
    length = look.motion * look.module_px
    if length < 1:
        return image
    half = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    along = np.deg2rad(look.motion_deg)
    for step in np.linspace(-length / 2, length / 2, 64):
        across, down = half + step * np.cos(along), half + step * np.sin(along)
        kernel[round(float(down)), round(float(across))] += 1
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()))


def _light(size: Size, look: Look, dice: np.random.Generator) -> NDArray[np.float32]:
    """Brighter on one side."""
    towards = dice.uniform(0, 2 * np.pi)
    across, down = np.linspace(-1, 1, size[0])[None, :], np.linspace(-1, 1, size[1])[:, None]
    slope = (across * np.cos(towards) + down * np.sin(towards)) * look.shade
    return np.asarray(dice.uniform(0.75, 1.0) * (1 - look.shade / 2 + slope / 2), np.float32)


def _glare(thing: Thing, look: Look, size: Size, dice: np.random.Generator) -> NDArray[np.float32]:
    """A lamp's reflection on the code, `look.glare` of the code's larger side across."""
    code_px = max(thing.wide, thing.high) / thing.module * look.module_px
    x = size[0] / 2 + look.shift[0] + dice.uniform(-0.5, 0.5) * code_px
    y = size[1] / 2 + look.shift[1] + dice.uniform(-0.5, 0.5) * code_px
    across, down = np.arange(size[0])[None, :] - x, np.arange(size[1])[:, None] - y
    spread = (look.glare * code_px / 2) ** 2
    return np.asarray(dice.uniform(150, 350) * np.exp(-(across**2 + down**2) / (2 * spread)), np.float32)
