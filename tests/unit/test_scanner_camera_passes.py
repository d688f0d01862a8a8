"""What a camera's frame is looked at by: areas, bands, blur undone, two equal reads; and no wrong text."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
import zxingcpp

from benchmarks.shots import Look, seen, shots
from benchmarks.things import goods_ean13, marked, receipt
from terminal.scanner import camera_passes
from terminal.scanner.camera import PASSES, Effort, decode
from terminal.scanner.camera_areas import bar_areas, edges_of, square_areas
from terminal.scanner.camera_bars import HARD
from terminal.scanner.camera_clearing import focused, softened, stilled
from terminal.scanner.camera_passes import agreed
from terminal.scanner.scan import Scan

pytestmark = pytest.mark.camera

A, B = (Scan(text, "]E0", "camera") for text in ("4600000000015", "4600000000022"))


def texts(frame: Any, effort: Effort = "full") -> list[str]:
    return [scan.text for scan in decode(frame, effort)]


@pytest.mark.parametrize(
    ("reads", "certain"),
    [({}, []), ({A: 1}, []), ({A: 2}, [A]), ({A: 1, B: 1}, []), ({A: 2, B: 1}, []), ({A: 3, B: 1}, [A]),
     ({A: 5, B: 2}, []), ({A: 6, B: 2}, [A])],
)  # fmt: skip
def test_a_text_is_certain_by_two_reads_and_three_times_as_many_as_against_it(
    reads: dict[Scan, int], certain: list[Scan]
) -> None:
    assert agreed(Counter(reads)) == certain


def test_where_a_blur_is_guessed_four_bands_of_five_must_agree() -> None:
    assert agreed(Counter({A: 3}), 4) == []
    assert agreed(Counter({A: 4}), 4) == [A]
    guessed = [step for step in HARD if getattr(step.clear, "func", None) in (focused, stilled)]
    assert {(step.bands, step.least) for step in guessed} == {(5, 4)}
    assert all(step.least >= max(min(step.bands, 3), step.bands / 3) for step in HARD)


@pytest.mark.parametrize("angle_deg", [0, 20, 45, 70, 90, 135, 160])
def test_bars_are_found_where_they_are_with_the_way_across_them(angle_deg: float) -> None:
    thing = goods_ean13(Random(1))
    area = bar_areas(edges_of(grey(seen(thing, Look(angle_deg, 2.5, 2.5, (30, -20)), (640, 480), Random(2)))))[0]
    assert (area.x, area.y) == pytest.approx((320 + 30, 240 - 20), abs=8)
    assert area.along == pytest.approx(95 * 2.5, rel=0.12)
    # A turn to the left by so much: the rows of a picture count downwards.
    assert abs((area.angle_deg + angle_deg + 90) % 180 - 90) < 3


def test_a_square_code_is_found_where_it_is() -> None:
    thing = marked(Random(4))
    frame = seen(thing, Look(15, 4, 4, (0, 0)), (640, 480), Random(2))
    area = square_areas(edges_of(grey(frame)))[0]
    assert area.left < 320 < area.left + area.wide
    assert area.top < 240 < area.top + area.high


def test_a_frame_of_nothing_has_no_areas_to_look_at() -> None:
    edges = edges_of(np.full((480, 640), 90, np.uint8))
    assert (bar_areas(edges), square_areas(edges)) == ([], [])


def grey(frame: Any) -> Any:
    return np.ascontiguousarray(frame[:, :, 1])


@pytest.mark.parametrize(
    "look",
    [
        Look(33, 2.2, 3, (0, 0), noise=60),
        Look(5, 2.2, 3, (0, 0), blur=0.75),
        Look(5, 2.4, 3, (0, 0), motion=1.5, motion_deg=0),
        Look(120, 2.5, 3, (0, 0), tilt_deg=45, tilt_towards_deg=40),
        Look(10, 2.5, 3, (0, 0), inverted=True),
        Look(5, 2.4, 3, (0, 0), glare=0.7),
        Look(75, 1.1, 3, (0, 0)),
        Look(200, 3.0, 3, (0, 0)),
    ],
    ids=["noise", "blur", "motion", "perspective", "inversion", "glare", "far", "near"],
)
def test_bars_are_read_though_they_are_seen_badly(look: Look) -> None:
    thing = goods_ean13(Random(11))
    assert texts(seen(thing, look, (640, 480), Random(3))) == [thing.text]


@pytest.mark.parametrize(
    "look",
    [Look(20, 3.4, 4, (0, 0), noise=75), Look(5, 4, 4, (0, 0), blur=0.65), Look(5, 1.9, 4, (0, 0)),
     Look(5, 3.4, 4, (0, 0), motion=1.6, motion_deg=60)],
    ids=["noise", "blur", "far", "motion"],
)  # fmt: skip
def test_a_fiscal_qr_is_read_though_it_is_seen_badly(look: Look) -> None:
    thing = receipt(Random(11))
    assert texts(seen(thing, look, (640, 480), Random(3))) == [thing.text]


def test_marked_goods_are_read_with_their_separators() -> None:
    thing = marked(Random(5))
    assert "\x1d" in thing.text
    assert texts(seen(thing, Look(50, 3.5, 4, (0, 0), noise=30), (640, 480), Random(3))) == [thing.text]


def test_level_bars_get_their_second_read_in_the_quick_look_at_once() -> None:
    thing = goods_ean13(Random(12))
    assert texts(seen(thing, Look(0, 2.4, 3, (0, 0)), (640, 480), Random(3)), "fast") == [thing.text]


def test_one_read_of_bars_that_no_other_confirms_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_passes, "upright", lambda picture: [A])
    monkeypatch.setattr(camera_passes, "anyhow", lambda picture: [A])
    monkeypatch.setattr(camera_passes, "zbar", lambda picture: [])
    assert decode(np.full((480, 640), 90, np.uint8)) == []


def test_zbar_may_be_the_second_read_but_not_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = np.full((480, 640), 90, np.uint8)
    monkeypatch.setattr(camera_passes, "zbar", lambda picture: [A])
    assert decode(empty) == []
    monkeypatch.setattr(camera_passes, "upright", lambda picture: [A])
    assert decode(empty) == [A]


@pytest.mark.parametrize(("effort", "passes"), [("fast", 1), ("thorough", 4), ("full", 7)])
def test_a_frame_of_nothing_gets_so_many_passes_and_not_one_more(
    effort: Effort, passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counted(number: int) -> camera_passes.Pass:
        def look(looked: camera_passes.Looked) -> list[Scan]:
            made.append(number)
            return []

        return look

    monkeypatch.setattr(camera_passes, "PASSES", [counted(number) for number in range(9)])
    assert decode(np.full((48, 64), 90, np.uint8), effort) == []
    assert made == list(range(passes))
    assert PASSES[effort] == passes


def test_the_full_look_makes_every_pass_there_is() -> None:
    assert len(camera_passes.PASSES) == PASSES["full"]


def test_a_micro_qr_which_mere_noise_can_look_like_is_not_read() -> None:
    made = zxingcpp.create_barcode("2686", zxingcpp.BarcodeFormat.MicroQRCode)
    assert decode(np.asarray(made.to_image(scale=6))) == []


def blocks(chance: np.random.Generator) -> Any:
    """Modules of eight dots."""
    return np.kron(chance.integers(0, 2, (20, 20)), np.ones((8, 8))).astype(np.float32) * 200 + 20


def likeness(one: Any, other: Any) -> float:
    inner = (slice(24, -24), slice(24, -24))
    return float(np.corrcoef(one[inner].ravel(), other[inner].ravel())[0, 1])


def test_a_blur_undone_is_nearer_to_what_was_there() -> None:
    sharp = blocks(np.random.default_rng(1))
    blurred = softened(sharp, 5)
    assert likeness(blurred, sharp) < 0.75
    assert likeness(focused(blurred, 5, 0.001), sharp) > 0.85


def test_a_movement_undone_is_nearer_to_what_was_there() -> None:
    sharp = blocks(np.random.default_rng(2))
    moved = np.asarray(np.mean([np.roll(sharp, step, axis=1) for step in range(-5, 6)], axis=0), np.float32)
    assert likeness(moved, sharp) < 0.9
    assert likeness(stilled(moved, 11, 0, 0.01), sharp) > 0.95
    assert likeness(stilled(moved, 11, 90, 0.01), sharp) < 0.85


def test_of_frames_of_every_kind_none_is_read_wrong() -> None:
    read = [(shot.thing.text, texts(shot.frame)) for shot in shots(31, 42)]
    assert [found for text, found in read if found not in ([], [text])] == []
    assert sum(found == [text] for text, found in read) >= 30
