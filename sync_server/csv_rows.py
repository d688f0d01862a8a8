"""Rows of a CSV file as it comes from another system, or as a spreadsheet saves it.

UTF-8 (with or without a mark), UTF-16 with a mark, or cp1251; parted by commas, semicolons or tabs, or by what a first
line `sep=;` says. The file is read as a stream, row by row; a row's line number is the one an editor shows.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from loyalty.errors import BadInput
from loyalty.sentences import sentence

MAX_FIELD_CHARS = 4000
MAX_HEADER_BYTES = 64 * 1024
MAX_LINE_CHARS = 2**20
MAX_ROW_LINES = 100
"""A row with more lines has a quote that was never closed."""
DELIMITERS = (",", ";", "\t")

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
    "csv.binary": (
        "Это не текстовый файл CSV. Сохраните таблицу как «CSV UTF-8»",
        "This is no CSV text file. Save the table as “CSV UTF-8”",
    ),
}


class Row(msgspec.Struct, frozen=True):
    """One row: column -> text, trimmed. `wide`: it has more fields than the header or one over the limit.
    `unclosed`: a quote opens in its line and never closes; the next row is taken to begin on the next line."""

    line: int
    fields: dict[str, str]
    wide: bool = False
    unclosed: bool = False


def read_rows(
    path: Path, known: Sequence[str], needed: Sequence[str], aliases: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """The rows of a file; `aliases` are other names of columns. Raises BadInput for a header that cannot be used,
    OSError."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first, head_line = file.readline(MAX_HEADER_BYTES), 1
        delimiter = _said_delimiter(first)
        if delimiter:
            first, head_line = file.readline(MAX_HEADER_BYTES), 2
        else:
            delimiter = max(DELIMITERS, key=first.count)
        names = _header(first, delimiter, known, needed, aliases or {})
        yield from _rows(_Lines(file, head_line), delimiter, names)


def _said_delimiter(first: str) -> str:
    """What a line `sep=;` says, with which some programs begin; empty without one."""
    said = first.rstrip("\r\n")
    return said[4:] if said[:4].casefold() == "sep=" and said[4:] in DELIMITERS else ""


class _Lines:
    """Lines of a file, some of which can be read again."""

    def __init__(self, file: TextIO, line: int) -> None:
        self._file, self._again, self._begun_at = file, list[str](), line
        self.taken: list[str] = []
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        may_go_on = len(self.taken) < MAX_ROW_LINES
        line = (self._again.pop() if self._again else self._file.readline(MAX_LINE_CHARS)) if may_go_on else ""
        if not line:
            self.cut = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        return line

    def next_row(self) -> int:
        """The number of the line the next row begins on."""
        self._begun_at += len(self.taken)
        self.taken, self.cut = [], False
        return self._begun_at + 1

    def back_to_second(self) -> None:
        """All but the first line of this row are read again."""
        self._again += reversed(self.taken[1:])
        self.taken = self.taken[:1]


def _rows(lines: _Lines, delimiter: str, names: Sequence[str]) -> Iterator[Row]:
    csv.field_size_limit(MAX_LINE_CHARS)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        line = lines.next_row()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fields = []
        if lines.cut or (len(lines.taken) > 1 and not _is_closed(lines.taken, delimiter)):
            lines.back_to_second()
            yield Row(line, {}, unclosed=True)
        elif any(fields):
            yield _row(line, names, fields)
        elif not fields and any(part.strip() for part in lines.taken):
            yield Row(line, {}, wide=True)


def _is_closed(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a row of several lines is one indeed: quotes stand around whole fields."""
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _row(line: int, names: Sequence[str], fields: Sequence[str]) -> Row:
    wide = (len(fields) > len(names) and any(fields[len(names) :])) or any(
        len(field) > MAX_FIELD_CHARS for field in fields
    )
    trimmed = [field.strip().replace("\x00", "") for field in fields[: len(names)]]
    return Row(line, dict(zip(names, trimmed + [""] * (len(names) - len(trimmed)), strict=True)), wide)


def _header(
    first: str, delimiter: str, known: Sequence[str], needed: Sequence[str], aliases: Mapping[str, str]
) -> list[str]:
    said = [name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if not any(said):
        raise BadInput(sentence("csv.empty"))
    names = [aliases.get(name, name) for name in said]
    for place, name in enumerate(names):
        if name not in known:
            raise BadInput(sentence("csv.column", name=said[place][:40], known=", ".join(known)))
        if name in names[:place]:
            raise BadInput(sentence("csv.twice", name=name))
    for name in needed:
        if name not in names:
            raise BadInput(sentence("csv.missing", name=name))
    return names


def _encoding(path: Path) -> str:
    """utf-16 where its mark stands first, utf-8-sig where the whole file is UTF-8, else cp1251. Raises BadInput for
    what is no text."""
    from codecs import BOM_UTF16_BE, BOM_UTF16_LE

    with path.open("rb") as file:
        wide = file.read(2) in (BOM_UTF16_LE, BOM_UTF16_BE)
    if not wide:
        return "utf-8-sig" if _decodes(path, "utf-8") else "cp1251"
    if not _decodes(path, "utf-16"):
        raise BadInput(sentence("csv.binary"))
    return "utf-16"


def _decodes(path: Path, encoding: str) -> bool:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(1024 * 1024):
                if encoding == "utf-8" and b"\x00" in chunk:
                    raise BadInput(sentence("csv.binary"))
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
