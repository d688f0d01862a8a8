"""A name for a port that stays while the port behind it changes, as those of /dev/serial/by-id do."""

from __future__ import annotations

import errno
from pathlib import Path


def point(link: Path, port: str) -> None:
    """Have the name lead to the port; a link of that name is replaced. Raises FileExistsError for any other file."""
    refuse_file(link)
    drop(link)
    link.symlink_to(port)


def refuse_file(link: Path) -> None:
    if link.exists() and not link.is_symlink():
        raise FileExistsError(errno.EEXIST, "a file that is no link, left as it is", str(link))


def drop(link: Path) -> None:
    """The name leads nowhere; a file that is no link stays."""
    if link.is_symlink():
        link.unlink()
