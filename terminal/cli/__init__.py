"""`kopilka`: the command line of the terminal side. Commands load what they need when they run: help is quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from loyalty.errors import KopilkaError
from terminal.cli import member, queue
from terminal.cli.demo import demo
from terminal.cli.quote import quote_basket
from terminal.cli.till import agent, enrol_till, terminal
from terminal.cli.told import tell

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.command("demo")(demo)
app.command("enrol")(enrol_till)
app.command("terminal")(terminal)
app.command("agent")(agent)
app.command("quote")(quote_basket)
app.add_typer(member.app, name="member")
app.add_typer(queue.app, name="queue")


def main(arguments: Sequence[str] | None = None) -> None:
    """Every error is a sentence on standard error and exit status 1; a traceback is never shown."""
    try:
        app(arguments)
    except KopilkaError as error:
        tell(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
