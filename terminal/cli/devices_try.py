"""`kopilka devices try`: a sample on the printer or the customer's display, to look at."""

from __future__ import annotations

from pathlib import Path

import click

from terminal.cli.told import errors_in, in_folder, in_language, language, spoken


@click.command("try")
@click.argument("id")
@in_folder
@in_language
def try_one(id: str, data: Path, lang: str) -> None:
    """Print or show a sample on the device of this ID in devices.toml: letters, the width of a line, a QR code.

    Not while the till runs: it has the device.
    """
    from terminal.cli.fiscal import alone_in
    from terminal.device_file import read_devices
    from terminal.device_trial import try_device

    with errors_in(lang):
        devices = read_devices(data)
        with alone_in(data):
            said = try_device(devices, id)
    click.echo(spoken(said, language(lang)))
