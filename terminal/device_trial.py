"""Something to look at on a printer or a display: are the letters right, how wide is a line, is a code drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import cast

from devices.driver import PrinterSettings
from devices.errors import DeviceError
from devices.protocols import LineDisplay, Printer
from loyalty.errors import BadInput, KopilkaError, NotNow
from loyalty.sentences import Sentence, sentence
from terminal.device_file import MOST_WHY, Configured
from terminal.printing_said import SENTENCES as PRINTING

SENTENCES = {
    "trial.shown": (
        "Проба на дисплее {id}. Буквы не те — задайте code_table",
        "A sample stands on {id}. If its letters are wrong, set code_table",
    ),
    "trial.printed": (
        'Проба напечатана на {id}. Буквы не те — задайте code_table; QR-кода нет — qr = "raster"',
        '{id} has printed a sample. If its letters are wrong, set code_table; if there is no QR code, qr = "raster"',
    ),
    "trial.other": ("{id} — не принтер и не дисплей", "{id} is no printer and no display"),
    "trial.other.hint": (
        "Сканер проверяют kopilka devices listen, кассу (ККТ) — kopilka fiscal status, банковский терминал — kopilka "
        "payment status",
        "A scanner is tried by kopilka devices listen, a register by kopilka fiscal status, a bank terminal by kopilka "
        "payment status",
    ),
    "trial.none": ("В devices.toml нет устройства {id}", "devices.toml names no device {id}"),
    "trial.none.hint": ("Названы: {known}", "It names: {known}"),
    "trial.failed": ("Устройство {id} не сделало этого: {what}", "{id} has not done it: {what}"),
}  # fmt: skip
ALPHABET = ("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
CODE = "KPL:2990000000019"


def try_device(devices: tuple[Configured, ...], id: str) -> Sentence:
    """Have the device of this id show or print the sample; what to say of that. Raises BadInput, NotNow."""
    found = next((each for each in devices if each.settings.id == id), None)
    if found is None:
        known = ", ".join(each.settings.id for each in devices)
        raise BadInput(sentence("trial.none", id=id), sentence("trial.none.hint", known=known) if known else None)
    if found.kind not in ("printer", "display"):
        raise BadInput(sentence("trial.other", id=id), sentence("trial.other.hint"))
    with failing_by_name(id), closing(found.make(found.settings)) as device:
        device.open(lambda event: None)
        try:
            if found.kind == "display":
                return _shown(device, id)
            return _printed(device, id, cast("PrinterSettings", found.settings).width)
        except DeviceError as error:
            raise _not_done(found, error) from error


@contextmanager
def failing_by_name(id: str) -> Iterator[None]:
    """What another package's driver raises is told with its device's id, in place of a traceback. Raises NotNow."""
    try:
        yield
    except KopilkaError:
        raise
    except Exception as error:
        raise NotNow(sentence("trial.failed", id=id, what=repr(error)[:MOST_WHY])) from error


def _shown(display: LineDisplay, id: str) -> Sentence:
    """The figures show how many signs there are, the letters which table."""
    ruler = ("1234567890" * display.columns)[: display.columns]
    display.display_text(("ЁЖИК съел щавель 1ю", ruler))
    return sentence("trial.shown", id=id)


def _printed(printer: Printer, id: str, width: int) -> Sentence:
    ruler = ("1234567890" * width)[:width]
    letters = [text[start : start + width] for text in ALPHABET for start in range(0, len(text), width)]
    printer.print_normal("\n".join((ruler, *letters, "№ ₽ « » — ×")))
    printer.print_qr(CODE)
    printer.cut_paper()
    return sentence("trial.printed", id=id)


def _not_done(device: Configured, error: DeviceError) -> NotNow:
    code = f"print.{error.code}" if device.kind == "printer" else "display.gone"
    if code == "display.gone" or f"{code}.hint" in PRINTING:
        return NotNow(sentence(code), sentence(f"{code}.hint"))
    return NotNow(sentence("trial.failed", id=device.settings.id, what=error.sentence))
