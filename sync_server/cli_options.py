"""Options that many commands of `kopilka-server` share."""

import os
from pathlib import Path
from typing import Annotated

import typer

from loyalty.sentences import Lang

Data = Annotated[Path, typer.Option("--data", help="Folder of the head office's data.", envvar="KOPILKA_SERVER_DATA")]
Database = Annotated[
    str,
    typer.Option("--database", help="PostgreSQL URL; SQLite in the data folder without it.", envvar="KOPILKA_DATABASE"),
]
HOME = Path.home() / ".local" / "share" / "kopilka-server"


def lang() -> Lang:
    """Russian where KOPILKA_LANG or the system says so."""
    said = os.environ.get("KOPILKA_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "ru" if said.startswith("ru") else "en"
