"""Rows of a CSV file as it comes from another system: UTF-8 (with or without a mark) or cp1251, comma or semicolon.

The file is read as a stream, row by row; a row's line number is the one an editor shows.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from loyalty.errors import BadInput
from loyalty.sentences import sentence

MAX_FIELD_CHARS = 4000
MAX_HEADER_BYTES = 64 * 1024

SENTENCES = {
    "csv.empty": (
        "Файл пуст: нужна первая строка с названиями столбцов",
        "The file is empty: its first row must name the columns",
    ),
    "csv.column": (
        "Столбец «{name}» неизвестен; возможные: {known}",
        "Column “{name}” is not known; possible ones: {known}",
    ),
    "csv.twice": ("Столбец «{name}» назван дважды", "Column “{name}” is named twice"),
    "csv.missing": ("Нет столбца «{name}»", "There is no column “{name}”"),
    "csv.field": ("поле длиннее {limit} знаков", "a field is over {limit} characters"),
    "csv.binary": ("Это не текстовый файл CSV", "This is no CSV text file"),
}


class Row(msgspec.Struct, frozen=True):
    """One row: column -> text, trimmed. `wide`: it has more fields than the header or one over the limit."""

    line: int
    fields: dict[str, str]
    wide: bool = False


def read_rows(path: Path, known: Sequence[str], needed: Sequence[str]) -> Iterator[Row]:
    """The rows of a file. Raises BadInput for a header that cannot be used, OSError."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(MAX_HEADER_BYTES)
        delimiter = ";" if first.count(";") > first.count(",") else ","
        names = _header(first, delimiter, known, needed)
        reader = csv.reader(file, delimiter=delimiter)
        csv.field_size_limit(2**20)
        while True:
            line = reader.line_num + 2
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(line, {}, wide=True)
                continue
            if any(fields):
                yield _row(line, names, fields)


def _row(line: int, names: Sequence[str], fields: Sequence[str]) -> Row:
    wide = (len(fields) > len(names) and any(fields[len(names) :])) or any(
        len(field) > MAX_FIELD_CHARS for field in fields
    )
    trimmed = [field.strip().replace("\x00", "") for field in fields[: len(names)]]
    return Row(line, dict(zip(names, trimmed + [""] * (len(names) - len(trimmed)), strict=True)), wide)


def _header(first: str, delimiter: str, known: Sequence[str], needed: Sequence[str]) -> list[str]:
    names = [name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if not any(names):
        raise BadInput(sentence("csv.empty"))
    for place, name in enumerate(names):
        if name not in known:
            raise BadInput(sentence("csv.column", name=name[:40], known=", ".join(known)))
        if name in names[:place]:
            raise BadInput(sentence("csv.twice", name=name))
    for name in needed:
        if name not in names:
            raise BadInput(sentence("csv.missing", name=name))
    return names


def _encoding(path: Path) -> str:
    """utf-8-sig where the whole file is UTF-8, else cp1251. Raises BadInput for what is no text."""
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(1024 * 1024):
                if b"\x00" in chunk:
                    raise BadInput(sentence("csv.binary"))
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
    return "utf-8-sig"
