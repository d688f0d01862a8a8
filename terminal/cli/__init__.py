"""`kopilka`: the command line of the terminal side. Commands load what they need when they run: help is quick.

click, where the head office's commands use typer: typer reads words with pydantic, and loading that would be a fifth of
a till's start.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from loyalty.errors import BadInput, KopilkaError
from loyalty.sentences import sentence
from terminal.cli.demo import demo
from terminal.cli.devices import devices
from terminal.cli.fiscal import fiscal
from terminal.cli.member import member
from terminal.cli.programme import programme
from terminal.cli.queue import queue
from terminal.cli.quote import quote_basket
from terminal.cli.till import agent, enrol_till, terminal
from terminal.cli.told import tell


@click.group
def app() -> None:
    """The till of Kopilka, the loyalty till that keeps working when the network does not."""


for command in (demo, enrol_till, terminal, agent, quote_basket, programme, member, queue, fiscal, devices):
    app.add_command(command)


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
