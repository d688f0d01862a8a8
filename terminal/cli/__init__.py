"""`kopilka`: the command line of the terminal side. Commands load what they need when they run: help is quick.

click, where the head office's commands use typer: typer reads words with pydantic, and loading that would be a fifth of
a till's start.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from loyalty.errors import BadInput, KopilkaError
from loyalty.sentences import sentence
from terminal.cli.told import tell

COMMANDS = {
    "agent": "till:agent", "demo": "demo:demo", "devices": "devices:devices", "enrol": "till:enrol_till",
    "fiscal": "fiscal:fiscal", "member": "member:member", "payment": "payment:payment",
    "programme": "programme:programme", "queue": "queue:queue", "quote": "quote:quote_basket",
    "terminal": "till:terminal",
}  # fmt: skip
"""name -> the module of this package and what it is called there: loaded when it is asked for."""


class Commands(click.Group):
    """Commands whose modules are loaded one by one: a till's start needs but one of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, command = COMMANDS[name].partition(":")
        found: click.Command = getattr(import_module(f"terminal.cli.{module}"), command)
        return found


@click.group(cls=Commands)
def app() -> None:
    """The till of Kopilka, the loyalty till that keeps working when the network does not."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Every error is a sentence on standard error and exit status 1, or 2 for words that are no command; a traceback is
    never shown."""
    try:
        sys.exit(app.main(arguments, prog_name="kopilka", standalone_mode=False))
    except KopilkaError as error:
        tell(error)
        sys.exit(1)
    except OSError as error:
        tell(BadInput(sentence("file.fault", name=str(error.filename or ""), why=error.strerror or str(error))))
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
