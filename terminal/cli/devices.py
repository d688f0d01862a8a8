"""`kopilka devices`: what there is, what it sends, what is wrong with it, and devices without hardware."""

from __future__ import annotations

import click

from terminal.cli.devices_doctor import doctor
from terminal.cli.devices_look import list_devices, listen
from terminal.cli.devices_probe import probe, sheet
from terminal.cli.devices_replay import replay
from terminal.cli.devices_simulate import simulate
from terminal.cli.devices_try import try_one


@click.group
def devices() -> None:
    """Devices: what there is, what it sends, and virtual ones."""


for command in (list_devices, listen, sheet, probe, doctor, replay, simulate, try_one):
    devices.add_command(command)
