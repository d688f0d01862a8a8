"""Which fiscal register a till has: `devices.toml` in its folder says it, and this opens it.

Without the file, or without a register in it, the shop's fiscal till stands beside this one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from terminal.fiscal.document import PointsAs
from terminal.fiscal.port import FiscalPort
from terminal.fiscal.register import NoRegister, Register

FILE = "devices.toml"
TaxSystem = Literal["general", "simplified_income", "simplified_profit", "agricultural", "patent"]
TAX_BITS: Mapping[TaxSystem, int] = {
    "general": 1, "simplified_income": 2, "simplified_profit": 4, "agricultural": 16, "patent": 32,
}  # fmt: skip


class RegisterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A `[[device]]` of the kind `fiscal`: a serial `port`, or `host` and `tcp_port`."""

    driver: Literal["shtrih"]
    kind: Literal["fiscal"] = "fiscal"
    id: str = "register"
    port: str = ""
    baud: int = 115_200
    host: str = ""
    tcp_port: int = 7778
    tax_system: TaxSystem = "general"
    points_as: PointsAs = "discount"


def read_settings(folder: Path) -> RegisterSettings | None:
    """None where the till has no register. Raises BadInput: what is wrong with the file."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        found: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8")).get("device", [])
        registers = [msgspec.convert(each, RegisterSettings) for each in found]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise _bad(str(error)) from error
    if len(registers) > 1:
        raise _bad(f"{len(registers)} registers; a till has one")
    if registers and not (registers[0].port or registers[0].host):
        raise _bad("port or host is missing")
    return registers[0] if registers else None


def opened_register(folder: Path) -> Register:
    """The register of this till. Nothing is sent to it yet. Raises BadInput, StoreFault."""
    settings = read_settings(folder)
    if settings is None:
        return NoRegister()
    from terminal.fiscal.once import FiscalRegister
    from terminal.fiscal_book import FiscalBook

    return FiscalRegister(port_of(settings), FiscalBook(folder), settings.points_as)


def port_of(settings: RegisterSettings) -> FiscalPort:
    from devices.shtrih.wire import SerialWire, TcpWire
    from devices.transport.serial import SerialSettings
    from terminal.fiscal.shtrih import Shtrih

    wire = (
        TcpWire(settings.host, settings.tcp_port)
        if settings.host
        else SerialWire(SerialSettings(settings.port, settings.baud))
    )
    return Shtrih(wire, TAX_BITS[settings.tax_system])


def _bad(what: str) -> BadInput:
    return BadInput(sentence("devices.bad", file=FILE, what=what), sentence("devices.bad.hint"))
