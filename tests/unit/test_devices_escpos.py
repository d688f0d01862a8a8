"""ESC/POS: the bytes of a slip, and that none is taken for printed which is not, whatever fails at whichever byte."""

from __future__ import annotations

import pytest

from devices.errors import DeviceError, Unproven
from devices.escpos.commands import MOST_LINE_CHARS, MOST_LINES, Drawer, Layout, encoded, kick, slip_bytes
from devices.escpos.printer import EscPosPrinter
from devices.escpos.talk import ASK_PRINTED
from devices.virtual.escpos import VirtualEscPos
from tests.support.escpos import INFO, MemoryWire, printer_on

SLIP = "Чек Т1-000042\nИТОГО 79,90\nСпасибо"


def test_a_slip_has_the_bytes_python_escpos_makes_with_chinese_switched_off_first() -> None:
    lines = ["Итого 79,90"]
    assert slip_bytes(lines, Layout(feed_lines=6)) == bytes.fromhex(
        "1b40 1c2e 1b7411 88e2aea3ae2037392c3930 0a 1b6406 1d5600"
    )
    assert slip_bytes(lines, Layout("cp1251", feed_lines=3, cut=False)) == bytes.fromhex(
        "1b40 1c2e 1b742e c8f2eee3ee2037392c3930 0a 1b6403"
    )
    assert slip_bytes([], Layout(table=59))[4:7] == bytes.fromhex("1b743b")


@pytest.mark.parametrize(("drawer", "raw"), [("pin2", "1b70003232"), ("pin5", "1b70013232")])
def test_the_drawer_is_kicked_on_its_pin(drawer: Drawer, raw: str) -> None:
    assert kick(drawer) == bytes.fromhex(raw)


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("79,90 ₽", "79,90 руб."),
        ("2 × 5 − 1 — «да»…", '2 x 5 - 1 - "да"...'),
        ("№ Ёё", "№ Ёё"),
        ("Café Ø", "Cafe ?"),
        ("\x1bp\x00\x10\x04 \u202e", "?p??? ?"),
        ("漢", "?"),
    ],
)
def test_what_the_table_lacks_is_said_otherwise_and_a_name_commands_nothing(text: str, paper: str) -> None:
    assert encoded(text, "cp866").decode("cp866") == paper


def test_a_line_and_a_slip_are_printed_up_to_their_limits() -> None:
    assert len(encoded("x" * MOST_LINE_CHARS, "cp866")) == len(encoded("x" * (MOST_LINE_CHARS + 1), "cp866")) == 512
    device = VirtualEscPos()
    printer = printer_on(device)
    printer.print_normal("x\n" * MOST_LINES)
    printer.cut_paper()
    assert device.slips[0].count("\n") == MOST_LINES
    printer.print_normal("x\n" * MOST_LINES)
    with pytest.raises(DeviceError) as caught:
        printer.print_normal("one more")
    assert caught.value.code == "slip_too_long"
    printer.print_normal("next")
    printer.cut_paper()
    assert device.slips[1] == "next\n"


def test_an_open_cover_is_said() -> None:
    device = VirtualEscPos()
    device.cover_open = True
    with pytest.raises(DeviceError) as caught:
        print_on(device)
    assert caught.value.code == "cover_open"


def print_on(device: VirtualEscPos, last_words: bytes = b"") -> None:
    printer = printer_on(device, last_words=last_words)
    printer.print_normal(SLIP)
    printer.cut_paper()


def whole(device: VirtualEscPos) -> bool:
    return any(slip.endswith(SLIP + "\n") for slip in device.slips)


LENGTH = 3 * 3 + 6 + len(slip_bytes(SLIP.split("\n"), Layout())) + 3 + 3
"""Three questions, the barrier, the slip, the proof asked for, and the last question."""


@pytest.mark.parametrize("noise", [b"", b"\x00", b"\x00\xff\x00"])
def test_power_that_goes_at_any_byte_never_leaves_a_slip_taken_for_printed(noise: bytes) -> None:
    for count in range(1, LENGTH + 2):
        device = VirtualEscPos(cjk=True)
        device.die_after(count)
        try:
            print_on(device, last_words=noise)
        except DeviceError:
            assert count <= LENGTH
            device.power_on()
            print_on(device)
        else:
            assert count > LENGTH - 1
        assert whole(device), f"power went after {count} bytes"


def test_a_roll_that_ends_at_any_line_of_the_slip_is_told_and_a_whole_one_comes_after() -> None:
    for lines in range(3):
        device = VirtualEscPos()
        printer = printer_on(device)
        device.paper_lines = lines
        printer.print_normal(SLIP)
        with pytest.raises(DeviceError) as caught:
            printer.cut_paper()
        assert caught.value.code == "no_paper"
        assert isinstance(caught.value, Unproven) == (lines > 0)
        device.mend()
        printer.print_normal(SLIP)
        printer.cut_paper()
        assert device.slips[-1] == SLIP + "\n"


def test_what_was_left_of_a_torn_slip_is_cut_off_before_the_next() -> None:
    device = VirtualEscPos()
    printer = printer_on(device)
    device.die_after(3 * 3 + 6 + 7 + len("Чек Т1-000042\n") + 4)
    printer.print_normal(SLIP)
    with pytest.raises(Unproven):
        printer.cut_paper()
    device.power_on()
    printer.print_normal(SLIP)
    printer.cut_paper()
    assert list(device.slips) == ["Чек Т1-000042\n", SLIP + "\n"]


class LateWire(MemoryWire):
    """One byte at a time; with the barrier comes an answer that was left over, and from then on nothing is printed."""

    def send(self, raw: bytes) -> None:
        if raw.endswith(ASK_PRINTED):
            self.device.stalled = b"Printed" in raw
            self.late += self.device.receive(raw) + (b"" if self.device.stalled else b"\x00")
        else:
            self.late += self.device.receive(raw)

    late = b""

    def receive(self, wait_s: float) -> bytes:
        came, self.late = self.late[:1], self.late[1:]
        return came


def test_answers_left_over_from_before_prove_nothing() -> None:
    wire = LateWire(VirtualEscPos())
    printer = EscPosPrinter(INFO, lambda: wire)
    printer.open(lambda event: None)
    printer.print_normal("Printed")
    with pytest.raises(Unproven) as caught:
        printer.cut_paper()
    assert caught.value.code == "unproven"
    assert not wire.device.slips


def test_while_the_rest_of_another_slip_is_in_the_printer_nothing_is_sent_after_it() -> None:
    device = VirtualEscPos()
    device.stalled = True
    with pytest.raises(DeviceError) as caught:
        print_on(device)
    assert not isinstance(caught.value, Unproven)
    device.mend()
    assert not device.slips
    print_on(device)
    assert list(device.slips) == [SLIP + "\n"]


@pytest.mark.parametrize("noise", [b"\xff" * 4096, b"\x11\x13" * 500])
def test_noise_is_no_answer_and_ends(noise: bytes) -> None:
    class Noisy(VirtualEscPos):
        def receive(self, raw: bytes) -> bytes:
            return noise

    with pytest.raises(DeviceError) as caught:
        print_on(Noisy())
    assert caught.value.code == "offline"
