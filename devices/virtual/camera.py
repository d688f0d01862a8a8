"""What a camera sees of a card held before it: turned, smaller, a little in perspective, with noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]

TABLE_GREY = 118
ROOM_USED = 0.92
MOST_TILT = 0.06
"""How far a corner may lie nearer the middle than a flat card's would, as a share of the card's width."""


def camera_frame(
    card_png: bytes, angle_deg: float, noise_sigma: float, seed: int, size: tuple[int, int] = (1280, 720)
) -> Frame:
    """A BGR frame of uint8, (height, width, 3), with the picture turned by `angle_deg` and as large as fits.

    `noise_sigma` is in steps of 0..255. The same seed gives the same tilt, lighting and noise.
    """
    import cv2
    import numpy as np

    card = cv2.imdecode(np.frombuffer(card_png, np.uint8), cv2.IMREAD_COLOR)
    if card is None:
        raise ValueError("the card is not a picture")
    chance = np.random.default_rng(seed)
    width, height = size
    matrix = cv2.getPerspectiveTransform(
        corners(card.shape[1], card.shape[0]), held(card.shape, angle_deg, size, chance)
    )
    background = np.full((height, width, 3), TABLE_GREY, np.uint8)
    seen = cv2.warpPerspective(
        card, matrix, (width, height), dst=background, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT
    )
    light = np.linspace(chance.uniform(0.8, 1.0), 1.0, width)[None, :, None]
    noise = chance.normal(0.0, noise_sigma, seen.shape) if noise_sigma > 0 else 0.0
    return np.clip(seen * light + noise, 0, 255).astype(np.uint8)


def corners(width: float, height: float) -> NDArray[np.float32]:
    import numpy as np

    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)


def held(
    shape: tuple[int, ...], angle_deg: float, size: tuple[int, int], chance: np.random.Generator
) -> NDArray[np.float32]:
    """Where the card's corners are in the frame: turned about its middle, scaled to fit, then tilted a little."""
    import numpy as np

    high, wide = shape[:2]
    angle = np.deg2rad(angle_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    flat = (corners(wide, high) - (wide / 2, high / 2)) @ turn
    tilted = flat * (1 - chance.uniform(0, MOST_TILT, (4, 1)))
    scale = min(size[0] / np.ptp(flat[:, 0]), size[1] / np.ptp(flat[:, 1])) * ROOM_USED
    return np.asarray(tilted * scale + (size[0] / 2, size[1] / 2), np.float32)
