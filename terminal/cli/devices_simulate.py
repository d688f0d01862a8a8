"""`kopilka devices simulate`: devices without hardware, with what they do and the faults they are told to have."""

from __future__ import annotations

import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from terminal.cli.devices_heard import DRIVERS
from terminal.cli.told import in_folder, in_language, language

if TYPE_CHECKING:
    from terminal.cli.devices_played import Played

LOOK_S = 0.2
KINDS = ("register", "atol", "printer", "display", "scanner", "camera", "payment")
SCANNING = frozenset({"scanner", "camera"})
MARK = "!"
"""What stands before a fault's name where other lines are codes to scan."""


@click.command
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.option("--link", type=click.Path(path_type=Path), help="A name for its serial port, kept while it runs.")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="A port of this computer, instead of a pseudo-terminal; of `atol` 16732 without it, of a scanner on the "
    "network 4001, of `camera` 4002.",
)
@click.option("--driver", type=click.Choice(DRIVERS), default="serial", show_default=True, help="What `scanner` is.")
@click.option("--fault", "faults", multiple=True, help="What goes wrong from the start; may be repeated.")
@click.option("--zone", default="", help="Where a register's clock goes by, as in Asia/Irkutsk; else the till's.")
@in_folder
@in_language
def simulate(kind: str, faults: tuple[str, ...], zone: str, data: Path, lang: str, **where: Any) -> None:
    """Play a device until Ctrl+C. KIND on a pseudo-terminal, or with --port on a port of this computer: `register`, a
    fiscal register (Shtrih-M), with what it makes; `printer`, of receipts (ESC/POS), with what comes out of it;
    `display`, a customer's, with what stands on it; `scanner`, that scans each line typed here; `payment`, a terminal.
    Only on a port: `atol`, the web server of ATOL, and `camera`, before which each line typed here is held as a code. A
    fault happens when its name is typed here, for a scanner and a camera after `!` (docs/DEVICES.md)."""
    import time

    from devices.virtual.faults import script
    from terminal.cli.devices_played import played_device
    from terminal.cli.shop_clock import shop_zone

    ru = language(lang) == "ru"
    played = played_device(kind, **where, ru=ru, zone=_known(zone) or shop_zone(data))
    with played.running as place:
        # Before anybody is told where it is: what is wrong from the start is wrong for the first that asks.
        for fault in faults:
            try:
                script(kind, played.device, fault)
            except ValueError as error:
                raise click.BadParameter(f"{fault}: {error}", param_hint="--fault") from error
        click.echo(f"{played.name}: {place}")
        click.echo(told_faults(kind, ru))
        typed = _typed()
        try:
            while True:
                while not typed.empty():
                    click.echo(_done(kind, played, typed.get().strip()))
                for line in played.news():
                    click.echo(line)
                time.sleep(LOOK_S)
        except KeyboardInterrupt:
            return


def _known(zone: str) -> str:
    """Raises BadParameter for a zone nobody knows."""
    from zoneinfo import available_timezones

    if zone and zone not in available_timezones():
        raise click.BadParameter(f"{zone}: Europe/Moscow, Asia/Irkutsk", param_hint="--zone")
    return zone


def told_faults(kind: str, ru: bool) -> str:
    """What may be typed here."""
    from devices.virtual.faults import FAULTS

    scans = kind in SCANNING
    mark = MARK if scans else ""
    named = ", ".join(f"{mark}{name}{' N' if fault.figure else ''}" for name, fault in FAULTS[kind].items())
    if ru:
        return f"Наберите {'код или сбой' if scans else 'сбой'} и Enter: {named}. Остановить: Ctrl+C"
    return f"Type {'a code or a fault' if scans else 'a fault'} and Enter: {named}. Stop with Ctrl+C"


def _typed() -> queue.SimpleQueue[str]:
    """Lines of standard input as they come."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def take() -> None:
        for line in sys.stdin:
            if line.strip():
                lines.put(line)

    threading.Thread(target=take, name="lines", daemon=True).start()
    return lines


def _done(kind: str, played: Played, line: str) -> str:
    """Play the fault or scan the code, and say so."""
    from devices.virtual.faults import script

    if played.take is not None and not line.startswith(MARK):
        return played.take(line)
    try:
        script(kind, played.device, line.removeprefix(MARK))
    except ValueError as known:
        return f"? {known}"
    return f"{MARK} {line.removeprefix(MARK)}"
