"""Which of the published programmes a shop sells and counts statuses by: one rule for tills and head office."""

from collections.abc import Iterable

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.feed import ProgrammeRow
from loyalty.programme import Label, Programme

NO_PROGRAMME = Programme("none", 0, Label("Без программы", "No programme"))
"""Without one, sales go on without points and campaigns."""


def newest_programme(rows: Iterable[ProgrammeRow]) -> Programme:
    """The one with the highest version, of equal ones the first by id; those this version cannot read are passed
    over, since a programme of the future must not stop a sale."""
    for row in sorted(rows, key=lambda row: (-row.version, row.id)):
        try:
            return parse_programme(row.document)
        except BadProgramme:
            continue
    return NO_PROGRAMME
