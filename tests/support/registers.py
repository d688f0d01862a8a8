"""Virtual fiscal registers and every way to reach one: memory, a pseudo-terminal, TCP, a web server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from devices.shtrih.wire import SerialWire, TcpWire
from devices.transport.serial import SerialSettings
from devices.virtual.atol import VirtualAtol
from devices.virtual.atol_served import on_http
from devices.virtual.served import on_pty, on_tcp
from devices.virtual.shtrih import VirtualShtrih
from terminal.fiscal.atol import Atol
from terminal.fiscal.atol_link import AtolLink
from terminal.fiscal.document import fiscal_document
from terminal.fiscal.port import FiscalPort
from terminal.fiscal.shtrih import Shtrih
from tests.support.fiscal import MemoryWire, atol_port
from tests.support.fiscal_receipts import SALE

SOLD = fiscal_document(SALE)
SHTRIH = ("memory", "pty", "tcp")
ATOL = ("atol in memory", "atol over http")
Device = VirtualShtrih | VirtualAtol


@contextmanager
def reached(way: str, device: Device) -> Iterator[FiscalPort]:
    if isinstance(device, VirtualAtol):
        if way == "atol in memory":
            yield atol_port(device)
            return
        with on_http(device) as url:
            yield Atol(AtolLink(url, answer_s=1.0))
    elif way == "memory":
        yield Shtrih(MemoryWire(device))
    elif way == "pty":
        with on_pty(device.receive) as path:
            yield Shtrih(SerialWire(SerialSettings(path, 115_200)))
    else:
        with on_tcp(device.receive) as (host, number):
            yield Shtrih(TcpWire(host, number))
