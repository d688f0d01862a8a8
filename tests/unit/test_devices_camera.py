"""The virtual camera: same seed, same frame; any size and angle; only pictures."""

from __future__ import annotations

import numpy as np
import pytest

from devices.virtual.camera import TABLE_GREY, camera_frame
from terminal.cards import card_png

pytestmark = pytest.mark.camera

CARD = card_png("2990000000019", "Иван И.", "Клуб", "qr")


def test_the_same_seed_gives_the_same_frame_and_another_seed_another() -> None:
    one, again, other = (camera_frame(CARD, 30, 10.0, seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


@pytest.mark.parametrize("angle_deg", [0, 45, 90, 200])
@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (480, 640)])
def test_the_whole_card_lies_inside_the_frame(angle_deg: float, size: tuple[int, int]) -> None:
    frame = camera_frame(CARD, angle_deg, 0.0, 3, size)
    assert frame.shape == (size[1], size[0], 3)
    assert frame.dtype == np.uint8
    border = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
    assert border.max() <= TABLE_GREY


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        camera_frame(b"nothing", 0, 0.0, 1)
