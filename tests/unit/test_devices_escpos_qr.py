"""QR codes on ESC/POS paper: their bytes, and what two decoders read off the slip as it is drawn."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.errors import DeviceError
from devices.escpos.commands import Layout, Qr, slip_bytes
from devices.escpos.qr import MOST_QR_BYTES, QrBy, qr_bytes
from devices.printers import QR_DOTS
from devices.virtual.escpos import VirtualEscPos
from devices.virtual.paper import Code, drawn
from tests.support.codes import read_off, read_off_by_zbar

FISCAL = "t=20260414T1530&s=1249.90&fn=9960440301234567&i=20461&fp=3812976540&n=1"
PAPER_DOTS = {32: 384, 42: 576, 48: 576}


def test_the_printer_is_told_model_size_correction_data_and_to_draw() -> None:
    assert qr_bytes("KPL:1", "native", 6) == (
        b"\x1ba\x01"
        b"\x1d(k\x04\x00\x31\x41\x32\x00"
        b"\x1d(k\x03\x00\x31\x43\x06"
        b"\x1d(k\x03\x00\x31\x45\x31"
        b"\x1d(k\x08\x00\x31\x50\x30KPL:1"
        b"\x1d(k\x03\x00\x31\x51\x30"
        b"\n\x1ba\x00"
    )


@pytest.mark.parametrize("by", ["native", "raster"])
def test_a_code_of_300_bytes_is_taken_and_one_more_refused(by: QrBy) -> None:
    assert qr_bytes("x" * MOST_QR_BYTES, by, 6)
    with pytest.raises(DeviceError) as caught:
        qr_bytes("x" * (MOST_QR_BYTES + 1), by, 6)
    assert caught.value.code == "code_too_long"


@pytest.mark.camera
@pytest.mark.parametrize("by", ["native", "raster"])
@pytest.mark.parametrize("width", [32, 42, 48])
@pytest.mark.parametrize("text", [FISCAL, "KPL:2990000000019", "https://club.example/" + "x" * (MOST_QR_BYTES - 21)])
def test_what_is_drawn_on_paper_of_each_width_is_read_by_both_decoders(by: QrBy, width: int, text: str) -> None:
    device = VirtualEscPos()
    layout = Layout(qr=by, qr_dots=QR_DOTS[width])
    device.receive(slip_bytes(["Проверить чек", Qr(text), "Спасибо!"], layout))
    (pieces,) = device.papers
    picture = drawn(pieces, PAPER_DOTS[width])
    assert read_off(picture) == read_off_by_zbar(picture) == {text}


@pytest.mark.parametrize("by", ["native", "raster"])
@given(lines=st.lists(st.sampled_from(["Чай", "", "ИТОГО 1,00"]), max_size=3), cut=st.integers(0, 4000))
@settings(max_examples=30, deadline=None)
@example(lines=["Чай"], cut=3)
def test_any_chunking_of_the_bytes_makes_the_same_paper(by: QrBy, lines: list[str], cut: int) -> None:
    raw = slip_bytes([*lines, Qr(FISCAL), "Спасибо!"], Layout(qr=by, qr_dots=2))
    whole, torn = VirtualEscPos(), VirtualEscPos()
    whole.receive(raw)
    torn.receive(raw[:cut])
    torn.receive(raw[cut:])
    assert list(torn.papers) == list(whole.papers)
    assert len(whole.papers) == 1


def test_a_text_in_cyrillic_is_utf_8_in_the_code() -> None:
    device = VirtualEscPos()
    device.receive(slip_bytes([Qr("Ёж")], Layout()))
    assert Code("Ёж", 6, centred=True) in device.papers[0]
    assert read_off(drawn(device.papers[0])) == {"Ёж"}
