"""Options that many commands of `kopilka-server` share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option("--data", help="Folder of the head office's data.", envvar="KOPILKA_SERVER_DATA")]
Database = Annotated[
    str,
    typer.Option("--database", help="PostgreSQL URL; SQLite in the data folder without it.", envvar="KOPILKA_DATABASE"),
]
HOME = Path.home() / ".local" / "share" / "kopilka-server"
