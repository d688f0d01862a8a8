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
    """KOPILKA_LANG, else the system's language: Russian where it is Russian, English elsewhere."""
    set_to = (os.environ.get(name, "") for name in ("KOPILKA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "ru" if next((value for value in set_to if value), "").lower().startswith("ru") else "en"
