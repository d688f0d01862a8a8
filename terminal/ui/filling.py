"""The form of a new member, key by key: phone, name, who invited them where the programme rewards that, two consents
apart from one another, and the button."""

from msgspec.structs import replace

from terminal.session import commands as c
from terminal.session.enrolling import wrong_with
from terminal.session.port import View
from terminal.ui.acted import Acted
from terminal.ui.desk import Desk, Form, put_away
from terminal.ui.editor import Line, edited, typed
from terminal.ui.keys import BY_NAME
from terminal.ui.words import N_

PHONE, NAME, PROCESSING, ADVERTISING, DONE, INVITED = range(6)
_TYPED: dict[int, c.Field] = {PHONE: "phone", NAME: "name", INVITED: "invited_by"}
"""The fields one types into, with their names in a form."""
_ONWARD = {"tab": 1, "down": 1, "shift+tab": -1, "up": -1}


def press(view: View, desk: Desk, name: str, text: str) -> Acted:
    form = desk.form
    if name == "escape":
        return Acted(replace(desk, asking="code", form=Form()))
    if name in _ONWARD:
        return _left(view, desk, _ONWARD[name])
    if name in BY_NAME:
        if BY_NAME[name].id == "member":
            return _sent(desk)
        return Acted(replace(desk, note=N_("Finish the form, or leave it with Esc")))
    if name == "enter":
        return _sent(desk) if form.at == DONE else _left(view, desk, 1)
    if form.at in (PROCESSING, ADVERTISING):
        # What was refused for want of the tick is not what stands any more.
        return Acted(put_away(_ticked(desk), view.state) if name == "space" else desk)
    return Acted(_edited(desk, name, text))


def _left(view: View, desk: Desk, step: int) -> Acted:
    """On to another field. What was typed is looked at first: one that is not right is not left for the next."""
    form = desk.form
    onward = replace(desk, form=replace(form, at=_onward(view, form, step)))
    if step < 0 or form.at not in _TYPED:
        return Acted(onward)
    field = _TYPED[form.at]
    text = getattr(form, field).text
    wrong = wrong_with(field, text, view.programme) is not None
    return Acted(desk if wrong else put_away(onward, view.state), (c.CheckField(field, text),))


def fields_of(view: View) -> tuple[int, ...]:
    """The fields from the top; who invited is asked where the programme rewards it."""
    invited = (INVITED,) if view.programme.referral is not None else ()
    return (PHONE, NAME, *invited, PROCESSING, ADVERTISING, DONE)


def _onward(view: View, form: Form, step: int) -> int:
    fields = fields_of(view)
    return fields[(fields.index(form.at) + step) % len(fields)] if form.at in fields else PHONE


def typed_in(desk: Desk, text: str) -> Desk:
    """Text put into the field in focus; into a tick or the button nothing goes."""
    return _edited(desk, "", text)


def _sent(desk: Desk) -> Acted:
    form = desk.form
    ticks = (form.processing, form.advertising)
    return Acted(desk, (c.Enrol(form.phone.text, form.name.text, *ticks, form.invited_by.text),))


def _ticked(desk: Desk) -> Desk:
    form = desk.form
    if form.at == PROCESSING:
        return replace(desk, form=replace(form, processing=not form.processing))
    return replace(desk, form=replace(form, advertising=not form.advertising))


def _edited(desk: Desk, name: str, text: str) -> Desk:
    form = desk.form
    if form.at not in _TYPED:
        return desk
    line: Line = getattr(form, _TYPED[form.at])
    line = edited(line, name) or (typed(line, text) if text else line)
    return replace(desk, form=replace(form, **{_TYPED[form.at]: line}))
