"""How the command line speaks: language, errors, folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from loyalty.errors import BadDevices, BadProgramme, KopilkaError
from loyalty.sentences import Lang, Sentence, say


def till_folder() -> Path:
    """The till's own folder: $XDG_DATA_HOME/kopilka/till."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "kopilka" / "till"


in_folder = click.option(
    "--data", type=click.Path(path_type=Path), envvar="KOPILKA_DATA", show_envvar=True, default=till_folder,
    show_default="~/.local/share/kopilka/till", help="The till's folder.",
)  # fmt: skip
by_authority = click.option(
    "--ca", type=click.Path(path_type=Path), envvar="KOPILKA_CA", show_envvar=True,
    help="The certificate (PEM) of the authority that issued the head office's, if no public one did; it is kept.",
)  # fmt: skip
in_language = click.option("--lang", default="", help="ru or en; by default what the system speaks.")


def language(asked: str = "") -> Lang:
    """`--lang`, else KOPILKA_LANG, else the system's language: Russian where it is Russian, English elsewhere."""
    set_to = (os.environ.get(name, "") for name in ("KOPILKA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    wanted = asked or next((value for value in set_to if value), "")
    return "ru" if wanted.lower().startswith("ru") else "en"


def spoken(said: Sentence, lang: Lang) -> str:
    from terminal.words import TEMPLATES

    return say(said, lang, TEMPLATES)


def tell(error: KopilkaError, asked: str = "") -> None:
    """The error's sentence and hint on standard error."""
    lang = language(asked)
    print(spoken(error.said, lang), file=sys.stderr)
    if isinstance(error, BadProgramme | BadDevices):
        for problem in error.problems:
            print(f"  {problem.shown}", file=sys.stderr)
    if error.hint:
        print(spoken(error.hint, lang), file=sys.stderr)


@contextmanager
def errors_in(asked: str) -> Iterator[None]:
    """An error is a sentence in the language asked for, and exit status 1."""
    try:
        yield
    except KopilkaError as error:
        tell(error, asked)
        raise SystemExit(1) from error
