"""Of several published programmes, tills and head office take the same one."""

from loyalty.feed import ProgrammeRow
from loyalty.published import NO_PROGRAMME, newest_programme

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
