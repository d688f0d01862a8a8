"""docs/DEVICES.md against the code: what is read as what, and every figure it names."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from devices.backoff import Backoff
from devices.displays import TextDisplaySettings
from devices.escpos import commands, talk
from devices.printers import EscPosSettings
from devices.transport import trace
from devices.virtual import replay
from devices.virtual.printer import FAULTS
from loyalty.codes import CodeRanges, classify
from terminal import cards, printing, register_looks, scanning, showing, supervised, unprinted
from terminal.fiscal import slip
from terminal.scanner import camera, camera_source
from terminal.scanner.framing import Framing
from terminal.scanner.gs1 import read_label
from terminal.scanner.layout import unmap_layout
from terminal.scanner.wedge import WedgeProfile

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "DEVICES.md").read_text("utf-8")
FLAT = " ".join(PAGE.split())


def test_every_example_is_read_as_the_page_says() -> None:
    table = PAGE.partition("## What a code is read as")[2].partition("\nPhones:")[0]
    told = re.findall(r"\| `([^`]+)` \| (\w+) \|[^|]*\|$", table, re.MULTILINE)
    found = {text: str(type(classify(text, CodeRanges())).__struct_config__.tag) for text, _ in told}
    assert found == dict(told)
    assert {kind for _, kind in told} == {"card", "product", "weighed", "coupon", "receipt", "phone", "unknown"}


def test_every_label_of_the_page_is_goods() -> None:
    table = PAGE.partition("**GS1 codes**")[2].partition("All else on a label")[0]
    told = [code.replace("<GS>", "\x1d") for code in re.findall(r"\| `([^`]+)` \|", table)]
    assert len(told) == 4
    assert {label.goods[-1] for code in told if (label := read_label(code))} == {"4600000000015"}


def test_the_russian_layout_of_the_page_is_undone() -> None:
    meant, typed = re.findall(r"`(KPL:\d+)` arrives as `([^`]+)`", FLAT)[0]
    assert unmap_layout(typed) == meant


def test_the_figures_of_the_page_are_those_of_the_drivers() -> None:
    framing, wedge, backoff = Framing(), WedgeProfile(), Backoff()
    assert (framing.idle_s, framing.stall_s, framing.repeat_s, framing.max_bytes) == (0.04, 0.5, 0.5, 4096)
    assert "40 ms of silence" in FLAT
    assert "half a second of silence" in FLAT
    assert "within half a second" in FLAT
    assert (wedge.hold_s, wedge.mean_gap_s, wedge.min_chars) == (0.03, 0.03, 4)
    assert "at least four keys, on average no more than 30 ms apart" in FLAT
    assert (backoff.first_s, backoff.most_s) == (0.5, 10.0)
    assert supervised.LOOK_EVERY_S == 30
    assert "every 30 seconds whether it could print" in FLAT
    assert register_looks.LOOK_EVERY_S == 120
    assert "every 120 seconds and after each command" in FLAT
    assert f"{scanning.BAUD} baud" in FLAT
    assert f"{cards.WIDTH_MM} × {cards.HEIGHT_MM} mm at {cards.DPI} dpi" in FLAT
    assert cards.CARDS_A_SHEET == 10
    assert f"{cards.MOST_CARDS} at most" in FLAT
    assert f"{camera.MOST_PIXELS // 10**6} million pixels, {camera.MOST_FILE_BYTES // 2**20} MB" in FLAT
    assert (camera_source.AGREE_WITHIN_S, camera_source.REPEAT_S) == (0.5, 1.5)
    assert "out of sight for 1.5 seconds" in FLAT
    assert f"{slip.DEFAULT_WIDTH} columns wide" in FLAT
    assert {fault for fault in FAULTS if f'set_fault("{fault}")' not in FLAT} == set()


def test_the_figures_of_the_receipt_printer_are_those_of_its_driver() -> None:
    assert (talk.STATUS_WAIT_S, talk.PRINTED_WAIT_S) == (1.0, 15.0)
    assert "one second for the first, fifteen for the others" in FLAT
    assert f"Up to {printing.MAX_WAITING} wait" in FLAT
    assert printing.MOST_TIMES_SENT == 3
    assert f"`{unprinted.FOLDER}` of the till's folder" in FLAT
    assert commands.TABLES == {"cp866": 17, "cp1251": 46}
    assert "17 or 46" in FLAT
    table = PAGE.partition("**A receipt printer** that")[2].partition("**No slip is lost.**")[0]
    assert {key for key in EscPosSettings.__struct_fields__ if f"`{key}`" not in table} == set()
    shown = EscPosSettings(host="x")
    for key in ("tcp_port", "width", "encoding", "feed_lines", "drawer"):
        assert re.search(rf"`{key}`.*{getattr(shown, key)}", table), key


def test_the_keys_and_figures_of_the_customer_s_display_are_those_of_its_driver() -> None:
    section = PAGE.partition("## A customer's display")[2].partition("\n## ")[0]
    assert {key for key in TextDisplaySettings.__struct_fields__ if f"`{key}`" not in section} == set()
    shown = TextDisplaySettings(host="x")
    for key in ("tcp_port", "encoding", "baud"):
        assert re.search(rf"`{key}`.*{getattr(shown, key)}", section), key
    assert f"after {showing.AGAIN_AFTER_S:g} seconds" in " ".join(section.split())


def test_the_figures_of_traces_are_those_of_the_code() -> None:
    assert trace.MOST_FILE_BYTES == 4 * 2**20
    assert "It holds 4 MiB; then it becomes" in FLAT
    assert replay.FAST_PAUSE_S == 0.6
    assert "With `--fast` no pause is longer than 0.6 s" in FLAT
    lines = PAGE.partition('{"kopilka_trace"')[2].partition("```")[0]
    head, *steps = ('{"kopilka_trace"' + lines).splitlines()
    msgspec.json.decode(head, type=trace.Head)
    assert [msgspec.json.decode(step, type=trace.Step).raw for step in steps] == [b"", b"4600\r"]
