"""Past receipts read from a file, one by one: JSON lines, or Parquet with one row for each line of a receipt.

A source is an iterator of rows that knows how large it is and how far it has come; another kind of file is another
entry in `SOURCES`. Nothing is kept of a receipt that has been given out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from loyalty.basket import MAX_LINES
from loyalty.documents.basket_file import MAX_BASKET_BYTES, LineDoc, MemberDoc
from loyalty.errors import BadInput
from loyalty.events import decoded
from loyalty.sentences import sentence
from loyalty.simulation import ReceiptDoc

if TYPE_CHECKING:
    from pyarrow import RecordBatch

BATCH_ROWS = 4096
STANDARD_INPUT = Path("-")
_TEXTS = frozenset({"receipt", "code", "store", "member_id"})
"""Columns that may hold whole numbers in a database: ids are texts here."""
_LISTS = frozenset({"tags", "coupons", "asked", "stopped", "member_audiences"})
_MEMBER = {f"member_{name}": name for name in MemberDoc.__struct_fields__ if name not in ("used", "wallets")}
_LINE = frozenset(LineDoc.__struct_fields__)
_RECEIPT = frozenset(ReceiptDoc.__struct_fields__) - {"lines", "member", "choices"}
COLUMNS = (*sorted(_RECEIPT), *_MEMBER, *sorted(_LINE))
"""The columns a Parquet file may have; no other."""
NEEDED = ("receipt", "at", "code", "price_minor")


class Row(NamedTuple):
    """One receipt, or why there is none: `number` is its line in the file, or its first row, from 1."""

    number: int
    doc: ReceiptDoc | None
    why: str = ""


class Source(Protocol):
    size: int
    """In bytes or rows; 0: not known."""
    done: int
    """How far it has been read, in the same."""

    def __iter__(self) -> Iterator[Row]: ...


def receipts_from(path: Path) -> Source:
    """The receipts of a file; `-` is standard input. Raises BadInput where it cannot be read at all."""
    try:
        return SOURCES.get(path.suffix.lower(), JsonLines)(path)
    except OSError as error:
        raise BadInput(sentence("file.unread", name=str(path), why=error.strerror or str(error))) from error


class JsonLines:
    """A receipt a line, as in docs/SIMULATE.md; empty lines are passed over."""

    def __init__(self, path: Path) -> None:
        self.size = 0 if path == STANDARD_INPUT else path.stat().st_size
        self.done = 0
        self._file: IO[bytes] = sys.stdin.buffer if path == STANDARD_INPUT else path.open("rb")
        self._decoder = msgspec.json.Decoder(ReceiptDoc)

    def __iter__(self) -> Iterator[Row]:
        number = 0
        with self._file as file:
            while raw := file.readline(MAX_BASKET_BYTES + 1):
                number += 1
                self.done += len(raw)
                if len(raw) > MAX_BASKET_BYTES:
                    self._skip(file, raw)
                    yield Row(number, None, f"> {MAX_BASKET_BYTES} bytes")
                elif raw.strip():
                    yield self._row(number, raw)

    def _row(self, number: int, raw: bytes) -> Row:
        try:
            return Row(number, decoded(self._decoder, raw))
        except msgspec.DecodeError as error:
            return Row(number, None, str(error)[:300])

    def _skip(self, file: IO[bytes], raw: bytes) -> None:
        """To the end of a line that is too long."""
        while raw and not raw.endswith(b"\n"):
            raw = file.readline(MAX_BASKET_BYTES)
            self.done += len(raw)


class Parquet:
    """A row a line of a receipt; the rows of one receipt stand together, and what is of the receipt is in its first."""

    def __init__(self, path: Path) -> None:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        try:
            self._file = ParquetFile(path)
        except ArrowException as error:
            raise BadInput(sentence("simulate.parquet", why=str(error)[:200])) from error
        self._names = _checked(self._file.schema_arrow.names)
        self.size, self.done = self._file.metadata.num_rows, 0

    def __iter__(self) -> Iterator[Row]:
        numbered = enumerate(self._rows(), start=1)
        first: tuple[int, dict[str, object]] = (0, {})
        for _, rows in groupby(numbered, key=lambda each: each[1].get("receipt")):
            lines: list[dict[str, object]] = []
            for number, row in rows:
                first = (number, row) if not lines else first
                if len(lines) <= MAX_LINES:  # one too many is enough to be refused
                    lines.append(_some(row, _LINE))
                self.done = number
            yield _receipt(*first, lines)

    def _rows(self) -> Iterator[dict[str, object]]:
        from pyarrow import ArrowException

        try:
            for batch in self._file.iter_batches(BATCH_ROWS, columns=list(self._names)):
                yield from _plain(batch)
        except (ArrowException, OSError) as error:
            raise BadInput(sentence("simulate.parquet", why=str(error)[:200])) from error


SOURCES: dict[str, Callable[[Path], Source]] = {".parquet": Parquet, ".jsonl": JsonLines, ".json": JsonLines}
"""How a file's name ends -> how it is read; anything else is JSON lines."""


def _checked(names: list[str]) -> tuple[str, ...]:
    """The columns of a file. Raises BadInput for one nobody knows, and for one that is missing."""
    for name in names:
        if name not in COLUMNS:
            raise BadInput(sentence("simulate.column", name=name[:40], known=", ".join(COLUMNS)))
    for name in NEEDED:
        if name not in names:
            raise BadInput(sentence("simulate.no_column", name=name))
    return tuple(names)


def _plain(batch: RecordBatch) -> Iterator[dict[str, object]]:
    """The rows of a batch without what is not given; times as they are written in JSON."""
    import pyarrow as pa

    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        as_text = pa.types.is_temporal(column.type) or (name in _TEXTS and pa.types.is_integer(column.type))
        columns[name] = (column.cast(pa.string()) if as_text else column).to_pylist()
    for values in zip(*columns.values(), strict=True):
        yield {name: value for name, value in zip(columns, values, strict=True) if value is not None}


def _receipt(number: int, first: Mapping[str, object], lines: list[dict[str, object]]) -> Row:
    doc: dict[str, object] = {**_some(first, _RECEIPT), "lines": lines}
    if isinstance(at := doc.get("at"), str):
        doc["at"] = at[:16].replace(" ", "T")
    member = {_MEMBER[name]: value for name, value in _some(first, _MEMBER).items()}
    if member.get("id"):
        doc["member"] = member
    try:
        return Row(number, msgspec.convert(doc, ReceiptDoc))
    except msgspec.ValidationError as error:
        return Row(number, None, str(error)[:300])


def _some(row: Mapping[str, object], names: Mapping[str, str] | frozenset[str]) -> dict[str, object]:
    """Some fields of a row; a list may be written as a text with bars."""
    return {name: _listed(value) if name in _LISTS else value for name, value in row.items() if name in names}


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [each.strip() for each in value.split("|") if each.strip()]
