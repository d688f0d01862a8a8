"""The cashier's screen over a till in memory, run on a pseudo-terminal by its test.

ctrl+y writes, to the descriptor given as the first argument, one JSON line of what the screen shows and the till has.
"""

from __future__ import annotations

import json
import os
import sys

from textual import events
from textual.geometry import Size

from loyalty.codes import CodeRanges, is_scan
from terminal.scanner.gate import KeyGate
from terminal.scanner.wedge import WedgeProfile
from terminal.session import commands as c
from terminal.ui.app import TillApp
from terminal.ui.inlet import Item
from tests.ui import shop
from tests.ui.fake_till import FakeTill

PATIENT = WedgeProfile(hold_s=0.3, mean_gap_s=0.3, pause_s=5.0)
"""Bytes written at once are a scanner's, however the machine stumbles between two of them."""


class ReportingApp(TillApp):
    def __init__(self, till: FakeTill, descriptor: int) -> None:
        gate = KeyGate[events.Event](lambda text: is_scan(text, CodeRanges()), PATIENT)
        super().__init__(till, "ru", gate, "dark", clock_ms=lambda: shop.NOW_MS)
        self._fake = till
        self._descriptor = descriptor

    def on_ready(self) -> None:
        self.report()

    async def _take(self, item: Item) -> None:
        if isinstance(item, events.Key) and item.key == "ctrl+y":
            await self._settle()
            self.call_after_refresh(self.report)
            return
        await super()._take(item)

    def report(self) -> None:
        strips = self.screen._compositor.render_strips(Size(*self.size))
        state = self._fake.view().state
        facts = {
            "rows": [strip.text for strip in strips],
            "line": self._desk.line.text,
            "phone": self._desk.form.phone.text,
            "mode": state.mode,
            "basket": [[line.product.code, line.qty_milli] for line in state.basket.lines],
            "scans": [command.text for command in self._fake.posted if isinstance(command, c.Scan)],
        }
        os.write(self._descriptor, (json.dumps(facts) + "\n").encode())


if __name__ == "__main__":
    ReportingApp(FakeTill(threaded=True), int(sys.argv[1])).run()
