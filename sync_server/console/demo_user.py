"""The demo shop's console user: made once, its password in a file that only its owner can read."""

import os
from pathlib import Path

from sqlalchemy import func, select

from sync_server.identity import Random
from sync_server.schema import CONSOLE_USER
from sync_server.store import Store
from sync_server.users import set_user

FILE = "console-password.txt"
NAME = "demo"
PASSWORD_BYTES = 9


def make_demo_user(store: Store, folder: Path, now_ms: int, random: Random) -> Path | None:
    """The file with the demo user's name and password; None where other users were made by hand.

    The password is written before the user is made, so that a user without a known password never comes to be.
    """
    path = folder / FILE
    with store.read() as tx:
        users = tx.execute(select(func.count()).select_from(CONSOLE_USER)).scalar_one()
    if users:
        return path if path.exists() else None
    folder.mkdir(parents=True, exist_ok=True)
    password = random(PASSWORD_BYTES).hex()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{NAME}\n{password}\n")
    set_user(store, NAME, password, "owner", now_ms)
    return path
