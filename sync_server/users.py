"""People of the console: names and Argon2id password hashes."""

from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.rows import insert_rows, update_rows
from sync_server.schema import CONSOLE_USER
from sync_server.store import Store, Tx

Role = Literal["owner", "viewer"]
ROLES: tuple[Role, ...] = ("owner", "viewer")
MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_CHARS = 200
MAX_NAME_CHARS = 60
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")
"""Checked for names that are not there, so that a wrong name takes as long as a wrong password."""

SENTENCES = {
    "user.name": (
        "Имя пользователя: от 1 до {limit} знаков, без пробелов",
        "A user's name has 1 to {limit} characters and no blanks",
    ),
    "user.password": ("Пароль: от {least} до {limit} знаков", "A password has {least} to {limit} characters"),
}


def set_user(store: Store, name: str, password: str, role: Role, now_ms: int) -> None:
    """Make a user, or give one a new password and role. Raises BadInput."""
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable() or " " in name:
        raise BadInput(sentence("user.name", limit=MAX_NAME_CHARS))
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise BadInput(sentence("user.password", least=MIN_PASSWORD_CHARS, limit=MAX_PASSWORD_CHARS))
    row: dict[str, str | int] = {"name": name, "password_hash": _hasher.hash(password), "role": role, "made_ms": now_ms}
    store.write(lambda tx: _set(tx, row))


def check_user(store: Store, name: str, password: str) -> Role | None:
    """The role of a user whose password this is; None for anything else."""
    with store.read() as tx:
        query = select(CONSOLE_USER.c.password_hash, CONSOLE_USER.c.role).where(
            CONSOLE_USER.c.name == name[:MAX_NAME_CHARS]
        )
        found = tx.execute(query).one_or_none()
    try:
        _hasher.verify(found.password_hash if found else _NOBODY, password[:MAX_PASSWORD_CHARS])
    except (VerificationError, InvalidHashError):
        return None
    return found.role if found else None


def _set(tx: Tx, row: dict[str, str | int]) -> None:
    insert_rows(tx, CONSOLE_USER, [row])
    update_rows(tx, CONSOLE_USER, ("name",), [row])
