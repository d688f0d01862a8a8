"""A virtual ESC/POS printer on a wire of memory."""

from __future__ import annotations

from devices.escpos.commands import Drawer
from devices.escpos.printer import EscPosPrinter
from devices.model import DeviceInfo
from devices.virtual.escpos import VirtualEscPos

INFO = DeviceInfo("receipts", "printer", "ESC/POS", "memory")


class MemoryWire:
    """Every byte arrives at once, or never; `last_words` come when the power goes."""

    def __init__(self, device: VirtualEscPos, last_words: bytes = b"") -> None:
        self.device = device
        self._came = b""
        self._last_words = last_words

    def send(self, raw: bytes) -> None:
        was_on = self.device.on
        self._came += self.device.receive(raw)
        if was_on and not self.device.on:
            self._came += self._last_words

    def receive(self, wait_s: float) -> bytes:
        came, self._came = self._came, b""
        return came

    def close(self) -> None:
        """Nothing is open."""


def printer_on(device: VirtualEscPos, *, drawer: Drawer = "none", last_words: bytes = b"") -> EscPosPrinter:
    printer = EscPosPrinter(INFO, lambda: MemoryWire(device, last_words), drawer=drawer)
    printer.open(lambda event: None)
    return printer
