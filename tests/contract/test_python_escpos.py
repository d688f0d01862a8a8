"""The bytes of slips beside those of python-escpos, somebody else's encoder of ESC/POS; and why it makes none here."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.escpos.commands import NO_CJK, TABLES, Drawer, Encoding, Layout, Qr, encoded, kick, slip_bytes

LETTERS = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя№"
PLAIN = "".join(map(chr, range(0x20, 0x7F)))
Theirs = Callable[[Encoding], Any]


@pytest.fixture(scope="module")
def theirs() -> Iterator[Theirs]:
    """Their printer that keeps its bytes, told which table it has and nothing else."""
    from escpos import capabilities
    from escpos.magicencode import Encoder, MagicEncode
    from escpos.printer import Dummy

    def told(encoding: Encoding) -> Dummy:
        printer = Dummy()
        printer.magic = MagicEncode(printer, encoder=Encoder({encoding.upper(): TABLES[encoding]}))
        printer.hw("INIT")
        printer._raw(NO_CJK)
        printer.magic.force_encoding(encoding.upper())
        return printer

    yield told
    shutil.rmtree(capabilities.pickle_dir)


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(st.text(LETTERS + PLAIN, max_size=48), max_size=6),
    encoding=st.sampled_from(["cp866", "cp1251"]),
    feed_lines=st.integers(0, 255),
)
def test_a_slip_is_the_same_bytes_made_by_either(
    theirs: Theirs, lines: list[str], encoding: Encoding, feed_lines: int
) -> None:
    printer = theirs(encoding)
    for line in lines:
        printer.textln(line)
    printer.print_and_feed(feed_lines)
    assert slip_bytes(lines, Layout(encoding, feed_lines=feed_lines, cut=False)) == printer.output


def test_a_slip_is_cut_alike_after_the_six_lines_they_feed(theirs: Theirs) -> None:
    printer = theirs("cp866")
    printer.cut()
    assert slip_bytes([], Layout(feed_lines=6)) == printer.output


@settings(max_examples=20, deadline=None)
@given(text=st.text(LETTERS + PLAIN, min_size=1, max_size=100), dots=st.integers(1, 16))
def test_a_qr_code_is_told_to_the_printer_alike(theirs: Theirs, text: str, dots: int) -> None:
    from escpos.constants import QR_ECLEVEL_M

    printer = theirs("cp866")
    printer.set(align="center")
    printer.qr(text, ec=QR_ECLEVEL_M, size=dots, native=True)
    printer.ln()
    printer.set(align="left")
    printer.cut()
    assert slip_bytes([Qr(text)], Layout(feed_lines=6, qr_dots=dots)) == printer.output


def test_a_qr_code_drawn_dot_by_dot_is_the_picture_they_send(theirs: Theirs) -> None:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, box_size=3)
    code.add_data(b"KPL:2990000000019")
    printer = theirs("cp866")
    printer.set(align="center")
    printer.image(code.make_image().get_image(), impl="bitImageRaster")
    printer.ln()
    printer.set(align="left")
    printer.cut()
    assert slip_bytes([Qr("KPL:2990000000019")], Layout(feed_lines=6, qr="raster", qr_dots=3)) == printer.output


@pytest.mark.parametrize(("drawer", "pin"), [("pin2", 2), ("pin5", 5)])
def test_the_drawer_is_kicked_alike(theirs: Theirs, drawer: Drawer, pin: int) -> None:
    printer = theirs("cp866")
    printer.clear()
    printer.cashdraw(pin)
    assert kick(drawer) == printer.output


def test_what_keeps_it_out_of_the_till_still_holds(theirs: Theirs) -> None:
    """When this fails, docs/ARCHITECTURE.md is to be thought over: a name may command its printer, a letter the table
    lacks is lost, and it wants to write to the disk before it makes a byte."""
    from escpos import capabilities

    name = "\x1bp\x00Café"
    printer = theirs("cp866")
    printer.clear()
    printer.text(name)
    assert printer.output == b"\x1bp\x00Caf?"
    assert encoded(name, "cp866") == b"?p?Cafe"
    assert Path(capabilities.pickle_path).is_file()
