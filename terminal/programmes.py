"""The programme a till sells under: the newest of those the head office signed that this version can read."""

from __future__ import annotations

from collections.abc import Iterable

from loyalty.errors import BadProgramme
from loyalty.feed import ProgrammeRow
from loyalty.programme import Label, Programme
from loyalty.programme_file import parse_programme

NO_PROGRAMME = Programme("none", 0, Label("Без программы", "No programme"))
"""Without one, sales go on without points and campaigns."""


def newest_programme(rows: Iterable[ProgrammeRow]) -> Programme:
    for row in sorted(rows, key=lambda row: (-row.version, row.id)):
        try:
            return parse_programme(row.document)
        except BadProgramme:
            continue
    return NO_PROGRAMME
