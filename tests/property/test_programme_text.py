"""Any text is a programme or a list of its mistakes, and nothing else."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from loyalty.documents.programme_file import parse_programme
from loyalty.errors import BadProgramme, Problem
from loyalty.sentences import Lang
from tests.support.loyalty_samples import CLUB

LINES = CLUB.read_text(encoding="utf-8").splitlines()
WORDS = [
    "0",
    "-1",
    "1.5",
    "true",
    '""',
    "[]",
    "{}",
    "2026-11-30",
    "99999999999999999999",
    '"x"',
    "[[1]]",
    "nan",
    "00:00:00",
]


def read(text: str) -> None:
    languages: tuple[Lang, ...] = ("ru", "en")
    for lang in languages:
        for problem in problems(text, lang):
            assert problem.path
            assert "section." not in str(problem)
            assert "programme." not in problem.what


def problems(text: str, lang: Lang) -> Sequence[Problem]:
    try:
        parse_programme(text, lang)
    except BadProgramme as bad:
        return bad.problems or [Problem("", "no problem told", "")]
    return ()


@given(st.one_of(st.text(), st.text(alphabet='ab=[]{}"\n.,#1')))
def test_any_text_is_a_programme_or_its_mistakes(text):
    read(text)


@given(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES)))
def test_the_club_with_lines_cut_out_is_a_programme_or_its_mistakes(start, count):
    read("\n".join(LINES[:start] + LINES[start + count :]))


@given(st.sampled_from([n for n, line in enumerate(LINES) if "=" in line]), st.sampled_from(WORDS), st.booleans())
def test_the_club_with_a_value_of_another_kind_is_a_programme_or_its_mistakes(place, word, last):
    before, _, after = LINES[place].rpartition("=") if last else LINES[place].partition("=")
    close = after[len(after.rstrip(" },")) :] if last else ""
    read("\n".join([*LINES[:place], f"{before}= {word}{close}", *LINES[place + 1 :]]))
