"""The correction receipt at the register's screen: a form key by key, a page to look through, then it is made."""

from msgspec.structs import replace

from loyalty.sentences import Sentence
from terminal.session import commands as c
from terminal.session.correction import CorrectionDraft
from terminal.ui.acted import Acted
from terminal.ui.correction_form import (
    DONE,
    KIND,
    SUMS,
    CorrectionForm,
    draft_of,
    field_of,
    line_of,
    turned,
    with_line,
)
from terminal.ui.desk import Desk
from terminal.ui.editor import edited, typed
from terminal.ui.keys import BY_NAME
from terminal.ui.words import N_

_ONWARD = {"tab": 1, "down": 1, "enter": 1, "shift+tab": -1, "up": -1}


def press(desk: Desk, name: str, text: str) -> Acted:
    if desk.asking == "correct_sure":
        return _of_page(desk, name)
    form = desk.correction
    if name == "escape":
        return Acted(replace(desk, asking="register", choice=0))
    if name == "enter" and form.at == DONE:
        return Acted(_looked_through(desk))
    if name in _ONWARD:
        return Acted(_with(desk, replace(form, at=(form.at + _ONWARD[name]) % (DONE + 1))))
    if name in BY_NAME:
        return Acted(replace(desk, note=N_("Finish this form, or leave it with Esc")))
    if name == "space" and form.at in (KIND, *SUMS):
        return Acted(_with(desk, turned(form)))
    return Acted(_typed(desk, name, text))


def put_in(desk: Desk, text: str) -> Desk:
    """A paste."""
    return _typed(desk, "", text)


def _of_page(desk: Desk, name: str) -> Acted:
    if name == "escape":
        return Acted(replace(desk, asking="correct"))
    return _made(desk) if name == "enter" else Acted(desk)


def _made(desk: Desk) -> Acted:
    draft = draft_of(desk.correction)
    if not isinstance(draft, CorrectionDraft):
        return Acted(_faulty(desk, draft))
    return Acted(desk, (c.MakeCorrection(draft, desk.correction.nth),))


def _looked_through(desk: Desk) -> Desk:
    draft = draft_of(desk.correction)
    return replace(desk, asking="correct_sure") if isinstance(draft, CorrectionDraft) else _faulty(desk, draft)


def _faulty(desk: Desk, fault: Sentence) -> Desk:
    form = desk.correction
    return replace(desk, asking="correct", correction=replace(form, tried=True, at=field_of(fault, form.at)))


def _typed(desk: Desk, name: str, text: str) -> Desk:
    line = line_of(desk.correction, desk.correction.at)
    if line is None:
        return desk
    return _with(desk, with_line(desk.correction, edited(line, name) or (typed(line, text) if text else line)))


def _with(desk: Desk, form: CorrectionForm) -> Desk:
    return replace(desk, correction=form)
