"""`kopilka devices sheet` and `probe`: find out how a scanner sends its codes, and write that down."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loyalty.errors import BadInput, NotNow
from loyalty.sentences import Lang, sentence
from terminal.cli.devices_heard import as_driver, at_speed, bursts_from, source_at
from terminal.cli.told import errors_in, in_folder, in_language, language, spoken

if TYPE_CHECKING:
    from terminal.device_places import Place
    from terminal.scanner.bursts import Burst
    from terminal.scanner.calibration import Inferred

MOST_SCANS = 6


@click.command
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("sheet.pdf"), show_default=True,
    help="Where to write it: .pdf or .png.",
)  # fmt: skip
@in_language
def sheet(out: Path, lang: str) -> None:
    """Make the calibration sheet that `probe` asks for: A4, two barcodes."""
    from terminal.calibration_sheet import calibration_sheet

    with errors_in(lang):
        kind = out.suffix.upper().lstrip(".")
        if kind not in ("PDF", "PNG"):
            raise BadInput(sentence("sheet.suffix", name=out.name))
        out.write_bytes(calibration_sheet(kind))
    click.echo(str(out))


@click.command
@click.argument("port")
@at_speed
@as_driver
@click.option("--write", is_flag=True, help="Add it to devices.toml without asking.")
@in_folder
@in_language
def probe(port: str, baud: int | None, driver: str | None, write: bool, data: Path, lang: str) -> None:
    """Find out from two scans of the calibration sheet how the scanner at PORT, a path or HOST:PORT, sends its codes;
    print it as TOML.

    Not while the till runs: it has the port.
    """
    from devices.buses import all_ports
    from terminal.device_file import FILE, read_devices, with_device
    from terminal.device_places import places
    from terminal.scanner_table import settings_of, table_text

    with errors_in(lang):
        others = read_devices(data)
        ports = all_ports()
        source = source_at(port, baud, driver)
        _require_unnamed(port, source.named, places(others, ports))
        click.echo(spoken(sentence("probe.scan"), language(lang)), err=True)
        with bursts_from(source, language(lang)) as bursts:
            inferred = _inferred(bursts, language(lang))
        text = table_text(settings_of(inferred, source.named, baud or 9600, ports, others, source.driver))
        click.echo(text, nl=False)
        if inferred.aim:
            click.echo(spoken(sentence("probe.aim"), language(lang)), err=True)
        asked = spoken(sentence("probe.write", file=str(data / FILE)), language(lang))
        if write or (sys.stdin.isatty() and click.confirm(asked, err=True)):
            with_device(data, text)
            click.echo(spoken(sentence("probe.written", file=str(data / FILE)), language(lang)), err=True)


def _require_unnamed(port: str, named: str, found: Sequence[Place]) -> None:
    """Raises NotNow where the file names a device on this port already: two of them would fight for it."""
    path = os.path.realpath(port)
    for place in found:
        if path in (place.paths or ()) or place.device.place == named:
            raise NotNow(sentence("probe.named", id=place.device.settings.id, port=port), sentence("probe.named.hint"))


def _inferred(bursts: Iterator[Burst], lang: Lang) -> Inferred:
    """From two of at most six scans. Raises NotNow: what kept it from being said."""
    from terminal.scanner.calibration import infer

    heard: list[Burst] = []
    for burst in bursts:
        why = ""
        for before in heard:
            found = infer(before, burst)
            if not isinstance(found, str):
                return found
            why = why if why == "same" else found
        heard.append(burst)
        if len(heard) == MOST_SCANS:
            raise NotNow(sentence(f"probe.{why}"), sentence("probe.hint"))
        heard_one = spoken(sentence("probe.heard", bytes=len(burst.raw)), lang)
        said = spoken(sentence(f"probe.{why}" if why else "probe.more"), lang)
        click.echo(f"{heard_one}: {said}", err=True)
    raise click.Abort
