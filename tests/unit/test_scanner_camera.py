"""Cards before a camera: read at every angle and through noise, and never read wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from devices.virtual.camera import camera_frame
from loyalty.errors import BadInput
from terminal.cards import CardKind, card_png
from terminal.scanner.camera import MOST_PIXELS, Effort, decode, decode_image
from terminal.scanner.camera_source import Agreement, effort_for
from terminal.scanner.camera_zxing import is_right, undisputed
from terminal.scanner.scan import Scan

pytestmark = pytest.mark.camera

NUMBER = "2990000000019"
QR = Scan(f"KPL:{NUMBER}", "]Q1", "camera")
EAN = Scan(NUMBER, "]E0", "camera")
WAIT_S = 60.0


def seen(kind: CardKind, angle_deg: float, noise_sigma: float, seed: int, size: tuple[int, int]) -> Any:
    return camera_frame(card_png(NUMBER, "Иван И.", "Клуб", kind), angle_deg, noise_sigma, seed, size)


@pytest.mark.parametrize("size", [(1280, 720), (640, 480)])
@pytest.mark.parametrize("noise_sigma", [0.0, 25.0])
@pytest.mark.parametrize("angle_deg", [0, 33, 45, 90, 160, 275])
def test_a_qr_card_is_read_from_a_frame(angle_deg: float, noise_sigma: float, size: tuple[int, int]) -> None:
    assert decode(seen("qr", angle_deg, noise_sigma, 7, size)) == [QR]


@pytest.mark.parametrize("size", [(1280, 720), (640, 480)])
@pytest.mark.parametrize("noise_sigma", [0.0, 25.0])
@pytest.mark.parametrize("angle_deg", [0, 15, 30, 45, 60, 90, 105, 180, 200, 315])
def test_a_barcode_card_is_read_from_a_frame(angle_deg: float, noise_sigma: float, size: tuple[int, int]) -> None:
    assert decode(seen("barcode", angle_deg, noise_sigma, 7, size)) == [EAN]


@pytest.mark.parametrize("angle_deg", [30, 150, 330])
def test_a_slanted_barcode_with_a_ghost_in_it_is_not_read_wrong(angle_deg: float) -> None:
    assert decode(seen("barcode", angle_deg, 10.0, 1, (1280, 720))) == [EAN]


@pytest.mark.parametrize("effort", ["fast", "thorough", "full"])
def test_an_empty_noisy_frame_holds_no_code(effort: Effort) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    assert decode(noise, effort) == []


def test_the_fast_pass_reads_a_level_qr_card() -> None:
    assert decode(seen("qr", 0, 5.0, 7, (640, 480)), "fast") == [QR]


def test_an_inverted_code_is_read() -> None:
    assert decode(255 - seen("qr", 10, 5.0, 7, (640, 480))) == [QR]


def test_without_the_zbar_library_zxing_alone_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    assert decode(seen("qr", 45, 10.0, 7, (640, 480))) == [QR]
    assert decode(np.full((100, 100), 255, np.uint8)) == []


def test_a_gtin_with_a_wrong_check_digit_is_no_code() -> None:
    assert is_right(EAN)
    assert not is_right(Scan("2990000000018", "]E0", "camera"))
    assert not is_right(Scan("a\x00b", "]Q1", "camera"))
    assert not is_right(Scan("", "]Q1", "camera"))


def test_two_barcodes_on_one_another_are_both_doubted_and_apart_are_both_read() -> None:
    other = Scan("4600000000015", "]E0", "camera")
    assert undisputed([(EAN, (0, 0, 10, 10)), (other, (5, 5, 20, 20)), (QR, (0, 0, 9, 9))]) == [QR]
    assert undisputed([(EAN, (0, 0, 10, 10)), (other, (30, 30, 40, 40))]) == [EAN, other]


def test_a_picture_file_is_read(tmp_path: Path) -> None:
    Image.fromarray(seen("both", 20, 5.0, 7, (1280, 720))[:, :, ::-1]).save(tmp_path / "card.jpg")
    assert QR in decode_image(tmp_path / "card.jpg")


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"\xff\xd8\xff\xe0broken"]
)
def test_a_file_that_is_no_picture_is_bad_input(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(BadInput) as error:
        decode_image(tmp_path / "x.png")
    assert error.value.code == "picture.unreadable"


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        decode_image(tmp_path / "none.png")
    assert error.value.code == "picture.unreadable"


def test_a_frame_at_the_limit_is_looked_at_and_one_row_more_is_refused(tmp_path: Path) -> None:
    white = np.broadcast_to(np.uint8(255), (MOST_PIXELS // 5000, 5000))
    assert decode(np.ascontiguousarray(white), "fast") == []
    with pytest.raises(BadInput) as error:
        decode(np.broadcast_to(np.uint8(255), (MOST_PIXELS // 5000 + 1, 5000)))
    assert error.value.code == "picture.too_large"
    Image.new("1", (5000, MOST_PIXELS // 5000 + 1)).save(tmp_path / "large.png")
    with pytest.raises(BadInput):
        decode_image(tmp_path / "large.png")


def test_most_frames_get_a_quick_look_and_some_a_thorough_one() -> None:
    assert [effort_for(number) for number in range(10)] == [
        *("fast", "fast", "thorough", "fast", "full"),
        *("thorough", "fast", "fast", "thorough", "full"),
    ]


def test_a_1d_code_needs_two_equal_reads_within_half_a_second() -> None:
    agreement = Agreement()
    assert agreement.agreed([EAN], 0.0) == []
    assert agreement.agreed([EAN], 0.6) == []
    assert agreement.agreed([EAN], 0.9) == [EAN]


def test_a_wrong_read_between_two_right_ones_is_not_told() -> None:
    agreement = Agreement()
    wrong = Scan("0996806000019", "]E0", "camera")
    assert [agreement.agreed([scan], n / 10) for n, scan in enumerate([EAN, wrong, EAN])] == [[], [], [EAN]]


def test_a_qr_code_needs_one_read_and_counts_once_while_it_is_in_view() -> None:
    agreement = Agreement()
    assert agreement.agreed([QR], 0.0) == [QR]
    assert [agreement.agreed([QR], step / 10) for step in range(1, 50)] == [[]] * 49
    assert agreement.agreed([QR], 6.5) == [QR]
