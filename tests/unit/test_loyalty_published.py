"""Of several published programmes, tills and head office take the same one."""

from loyalty.feed import ProgrammeRow
from loyalty.published import NO_PROGRAMME, newest_programme, programme_of
from loyalty.receipt import ProgrammeRef

HEAD = 'id = "{id}"\nversion = {version}\nname = {{ ru = "Х", en = "X" }}\n'


def row(id: str, version: int, more: str = "") -> ProgrammeRow:
    return ProgrammeRow(id, version, HEAD.format(id=id, version=version) + more, "")


def test_the_highest_version_counts_and_of_equal_ones_the_first_id() -> None:
    assert newest_programme([row("b", 1), row("a", 1), row("c", 3)]).id == "c"
    assert newest_programme([row("b", 1), row("a", 1)]).id == "a"


def test_one_this_version_cannot_read_is_passed_over() -> None:
    assert newest_programme([row("a", 1), row("b", 2, 'future = "key"')]).id == "a"


def test_without_any_there_is_still_something_to_sell_by() -> None:
    assert newest_programme([]) == NO_PROGRAMME
    assert newest_programme([row("b", 2, 'future = "key"')]) == NO_PROGRAMME


def test_a_receipt_finds_the_version_it_was_made_by():
    rows = {("a", 1): row("a", 1), ("a", 2): row("a", 2, 'future = "key"')}

    def find(id: str, version: int) -> ProgrammeRow | None:
        return rows.get((id, version))

    found = programme_of((ProgrammeRef("a", 1, "1"),), find)
    assert found is not None
    assert found.version == 1
    assert programme_of((ProgrammeRef("a", 2, "1"),), find) is None, "of a version this till cannot read"
    assert programme_of((ProgrammeRef("a", 3, "1"),), find) is None
    assert programme_of((ProgrammeRef("none", 0, "1"),), find) == NO_PROGRAMME
    assert programme_of((), find) == NO_PROGRAMME
