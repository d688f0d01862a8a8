"""Files a command is given: read whole, within a limit, and refused in a sentence."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

from loyalty.documents.cases import MAX_CASES_BYTES, Case, read_cases
from loyalty.documents.programme_file import MAX_DOCUMENT_BYTES, parse_programme
from loyalty.errors import BadInput
from loyalty.programme import Programme
from loyalty.sentences import Lang, sentence

SHIPPED = files("loyalty") / "programmes"
"""The programmes that come with the product; a command takes them by name."""


def programme_at(path: Path, lang: Lang) -> Programme:
    """The programme of a file, or one that comes with the product by its name. Raises BadProgramme and BadInput."""
    return parse_programme(text_of(path), lang, available_timezones())


def cases_of(path: Path, named: Path | None = None) -> tuple[Case, ...]:
    """The cases of a file, or those beside a programme (`club.cases.toml` by `club.toml`), if there are any. Raises
    BadInput."""
    if named is not None:
        return read_cases(bytes_of(named, MAX_CASES_BYTES).decode("utf-8", "replace"))
    shipped = SHIPPED / f"{path}.cases.toml"
    if not path.exists() and path.parent == Path() and shipped.is_file():
        return read_cases(shipped.read_text("utf-8"))
    beside = path.with_suffix(".cases.toml")
    return cases_of(path, beside) if beside.is_file() else ()


def text_of(path: Path) -> str:
    """A programme's text. Raises BadInput."""
    shipped = SHIPPED / f"{path}.toml"
    if not path.exists() and path.parent == Path() and shipped.is_file():
        return shipped.read_text("utf-8")
    try:
        return bytes_of(path).decode()
    except UnicodeDecodeError as error:
        raise BadInput(sentence("file.not_text", name=str(path)), sentence("file.not_text.hint")) from error


def bytes_of(path: Path, limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """A file's bytes. Raises BadInput."""
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise BadInput(sentence("file.unread", name=str(path), why=error.strerror or str(error))) from error
    if len(raw) > limit:
        raise BadInput(sentence("file.large", name=str(path), limit=limit))
    return raw
