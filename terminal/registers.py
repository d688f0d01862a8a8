"""Which fiscal register a till has: `devices.toml` in its folder says it, and this opens it.

Without the file, or without a register in it, the shop's fiscal till stands beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast
from urllib.parse import urlsplit

import msgspec

from devices.driver import Baud, DeviceSettings, Driver, PortNumber, Short, need_one_of
from devices.driver import Path as DevicePath
from devices.ports import Match
from terminal.device_file import Configured
from terminal.fiscal.document import Form, PointsAs
from terminal.fiscal.port import FiscalPort
from terminal.fiscal.register import NoRegister, Register
from terminal.fiscal.tags import Ffd, FiscalVat

if TYPE_CHECKING:
    from terminal.fiscal.atol_tasks import Taxation
    from terminal.supervising import Supervising

TaxSystem = Literal["general", "simplified_income", "simplified_profit", "agricultural", "patent"]
TAX_BITS: Mapping[TaxSystem, int] = {
    "general": 1, "simplified_income": 2, "simplified_profit": 4, "agricultural": 16, "patent": 32,
}  # fmt: skip


TAXATION: Mapping[TaxSystem, Taxation] = {
    "general": "osn", "simplified_income": "usnIncome", "simplified_profit": "usnIncomeOutcome", "agricultural": "esn",
    "patent": "patent",
}  # fmt: skip


Settled = Annotated[str, msgspec.Meta(max_length=240)]
"""A place of settlement: what one message to a Shtrih register holds."""
Inn = Annotated[str, msgspec.Meta(pattern="^[0-9]{12}$")]


class FiscalSettings(DeviceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every driver of a fiscal register understands."""

    tax_system: TaxSystem = "general"
    points_as: PointsAs = "discount"
    ffd: Ffd = "1.2"
    advance_vat: FiscalVat = "none"
    cashier_inn: dict[Short, Inn] = msgspec.field(default_factory=dict)
    place: Settled = ""

    @property
    def form(self) -> Form:
        return Form(self.ffd, self.cashier_inn, self.place)


class ShtrihSettings(FiscalSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A serial `port` or what it is found by, or `host` and `tcp_port`."""

    port: DevicePath = ""
    match: Match | None = None
    baud: Baud = 115_200
    host: DevicePath = ""
    tcp_port: PortNumber = 7778
    trace: DevicePath = ""

    def __post_init__(self) -> None:
        need_one_of(port=self.port, match=self.match, host=self.host)


class AtolSettings(FiscalSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of the web server of ATOL's driver; `login` and `password` where it asks for them."""

    url: DevicePath = "http://127.0.0.1:16732"
    login: Short = ""
    password: Short = ""
    trace: DevicePath = ""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")) or not urlsplit(self.url).hostname:
            raise ValueError("url is not http://HOST or https://HOST")


def register_of(devices: Sequence[Configured]) -> Configured | None:
    """The register among a till's devices; it has one at most."""
    return next((each for each in devices if each.kind == "fiscal"), None)


def opened_register(devices: Sequence[Configured], folder: Path, supervising: Supervising) -> Register:
    """The register of this till, watched, with its book in `folder`. Nothing is sent to it yet. Raises StoreFault."""
    found = register_of(devices)
    if found is None:
        return NoRegister()
    from terminal.fiscal.once import FiscalRegister
    from terminal.fiscal_book import FiscalBook
    from terminal.register_looks import watch_register

    settings = cast("FiscalSettings", found.settings)
    register = FiscalRegister(port_of(found), FiscalBook(folder), settings.points_as, settings.advance_vat)
    watch_register(supervising, register, settings.id, found.place)
    return register


def port_of(register: Configured) -> FiscalPort:
    return cast("FiscalPort", register.make(register.settings))


def shtrih(settings: ShtrihSettings) -> FiscalPort:
    from devices.shtrih.wire import SerialWire, TcpWire, Wire
    from devices.transport.serial import SerialSettings
    from devices.transport.trace import Trace
    from devices.transport.traced import TracedExchange
    from terminal.fiscal.shtrih import Shtrih

    wire: Wire = (
        TcpWire(settings.host, settings.tcp_port)
        if settings.host
        else SerialWire(SerialSettings(settings.port, settings.baud, settings.match))
    )
    if settings.trace:
        wire = TracedExchange(wire, Trace(Path(settings.trace), settings.id, "fiscal"))
    return Shtrih(wire, TAX_BITS[settings.tax_system], settings.form)


SHTRIH = Driver(ShtrihSettings, shtrih)


def atol(settings: AtolSettings) -> FiscalPort:
    from devices.transport.trace import Trace
    from terminal.fiscal.atol import Atol
    from terminal.fiscal.atol_link import AtolLink

    trace = Trace(Path(settings.trace), settings.id, "fiscal", wire="http") if settings.trace else None
    link = AtolLink(settings.url, settings.login, settings.password, trace=trace)
    return Atol(link, TAXATION[settings.tax_system], settings.form)


ATOL = Driver(AtolSettings, atol)
