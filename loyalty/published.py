"""Which of the published programmes a shop sells and counts statuses by, and which one a receipt was made by: one rule
for tills and head office."""

from collections.abc import Callable, Iterable, Sequence

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme
from loyalty.feed import ProgrammeRow
from loyalty.programme import Label, Programme
from loyalty.receipt import ProgrammeRef

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


def programme_of(refs: Sequence[ProgrammeRef], find: Callable[[str, int], ProgrammeRow | None]) -> Programme | None:
    """The version a receipt names first, for its return; `find` looks one up by id and version. None where it is not
    there, or cannot be read."""
    if not refs or (refs[0].id, refs[0].version) == (NO_PROGRAMME.id, NO_PROGRAMME.version):
        return NO_PROGRAMME
    row = find(refs[0].id, refs[0].version)
    try:
        return parse_programme(row.document) if row is not None else None
    except BadProgramme:
        return None
