"""The key to the agent: 256 bits in the till's folder, in a file only its owner can read."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from loyalty.errors import NotNow
from loyalty.sentences import sentence
from terminal.offline_queue.disk import write_whole

FILE = "agent.token"
_TOKEN = re.compile(rb"[0-9a-f]{64}\n?")


def token_of(folder: Path) -> str:
    """The folder's token, made now where there is none. Raises NotNow for a file others can read, or no token."""
    path = folder / FILE
    if not path.exists():
        write_whole(path, secrets.token_hex(32).encode() + b"\n")
    text = _read_own(path)
    if not _TOKEN.fullmatch(text):
        raise NotNow(sentence("agent.token_bad", file=str(path)), sentence("agent.token_bad.do"))
    return text.decode().strip()


def same_token(header: str, token: str) -> bool:
    """Whether an Authorization header carries the token; takes equal time for every wrong one."""
    scheme, _, given = header.partition(" ")
    right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    return right and scheme.lower() == "bearer"


def _read_own(path: Path) -> bytes:
    """The file's first bytes; a link is not followed, and a mode that lets others read is refused."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise NotNow(sentence("agent.token_bad", file=str(path)), sentence("agent.token_bad.do")) from error
    with open(handle, "rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077 or os.fstat(file.fileno()).st_uid != os.geteuid():
            said = sentence("agent.token_mode", file=str(path), mode=f"{mode:04o}")
            raise NotNow(said, sentence("agent.token_mode.do"))
        return file.read(100)
