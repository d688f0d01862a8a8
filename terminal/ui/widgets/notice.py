"""Two lines over the command line: the best missing campaign (or what to do about an unknown code), and the notice."""

from msgspec.structs import replace
from rich.cells import cell_len
from textual.strip import Strip

from loyalty.sentences import Sentence
from terminal.session.state import Doubt, Level, Notice
from terminal.ui.cells import clean, cut, wrap
from terminal.ui.desk import RESOLVING
from terminal.ui.keys import CONFIRM, OFFERS, RESOLVE, shown
from terminal.ui.rows import Part, blank, cells, ends, fit, row
from terminal.ui.sight import Sight, body_of
from terminal.ui.troubles import trouble_row
from terminal.ui.widgets.strip import strip_says_whole
from terminal.ui.words import N_

LEVELS: dict[Level, tuple[str, str]] = {
    "ok": (N_("Done"), "good"),
    "info": (N_("Note"), "accent"),
    "warn": (N_("Attention"), "warn"),
    "error": (N_("Not done"), "bad"),
}


ASKING = N_("Asking the fiscal register…")
FORKED = {
    "waits": N_("A copy of this till is about: points are not spent. The manager: F12, then 7"),
    "mended": N_("The journal is mended: points can be spent once the head office has it"),
}


INDENT = "   "


def hint_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    state, palette, _ = sight.view.state, sight.palette, sight.words.text
    if _names_unknown(sight):
        return [row(palette, width, fit(_unknown(sight, width), width), "band")]
    if _needs_both_rows(sight, width):
        return [row(palette, width, fit(_in_two(sight, width)[0], width))]
    if sight.view.asked:
        return [row(palette, width, fit([(f" {palette.signs.info} {_(ASKING)}", "accent")], width), "band")]
    if sight.view.doubt and sight.desk.asking not in RESOLVING:
        return [ends(palette, width, *_in_doubt(sight, sight.view.doubt), "band")]
    if sight.view.link.fork:
        return [row(palette, width, fit(_forked(sight), width), "band")]
    hints = state.quote.hints if state.quote and state.mode == "sale" else ()
    asking = [*_to_confirm(sight), *_on_request(sight)]
    trouble = [] if hints else trouble_row(sight, width - cells(asking), strip_says_whole(sight, width), _told(sight))
    if trouble:
        return [ends(palette, width, trouble, asking, "band")]
    if not hints:
        return [ends(palette, width, [], asking, "band") if asking else blank(palette, width)]
    best = hints[0]
    name = best.name_ru if sight.words.lang == "ru" else best.name_en
    parts: list[Part] = [
        (f" {palette.signs.hint} ", "warn"),
        (f"{clean(name)}: ", "strong"),
        (sight.words.say(best.said), "text"),
    ]
    return [ends(palette, width, parts, asking, "band")]


def _in_doubt(sight: Sight, doubt: Doubt) -> tuple[list[Part], list[Part]]:
    _ = sight.words.text
    said = _("Receipt {number} is in doubt: nothing is sold until it is resolved").format(number=clean(doubt.number))
    return [(f" {sight.palette.signs.warn} ", "warn"), (said, "warn")], [(f" {shown(RESOLVE.name)} ", "accent")]


def _forked(sight: Sight) -> list[Part]:
    said = FORKED[sight.view.link.fork]
    return [(f" {sight.palette.signs.warn} ", "warn"), (sight.words.text(said), "warn")]


def _names_unknown(sight: Sight) -> bool:
    state = sight.view.state
    return bool(state.unknown_code) and state.mode == "sale" and sight.desk.asking == "code"


def _needs_both_rows(sight: Sight, width: int) -> bool:
    """The end of a notice must not be cut off: what a row does not hold takes the row above it too."""
    if _unread(sight) is None or sight.desk.note or _names_unknown(sight):
        return False
    return cells(notice_parts(sight)) > width


def _in_two(sight: Sight, width: int) -> tuple[list[Part], list[Part]]:
    """What is said over what to do; where either is longer than its row, or nothing is to be done, both flow on."""
    said, notice = _said(sight), _unread(sight)
    level, (text, ink) = said[:-1], said[-1]
    hint = sight.words.say(notice.hint) if notice is not None and notice.hint is not None else ""
    if hint and cells(said) <= width and cell_len(hint) + len(INDENT) <= width:
        return said, [(INDENT + hint, "text")]
    text = f"{text}. {hint}" if hint else text
    first = wrap(text, width - cells(level), len(text))[0]
    return [*level, (first, ink)], [(INDENT + text.removeprefix(first).lstrip(), ink)]


def _on_request(sight: Sight) -> list[Part]:
    """The key for what the customer may ask for, while there is something."""
    state = sight.view.state
    if not state.on_request or state.mode != "sale" or sight.desk.asking == "offers":
        return []
    said = sight.words.text("on request: {n}").format(n=state.on_request)
    return [(f"  {shown(OFFERS.name)} ", "accent"), (said + " ", "text")]


def _to_confirm(sight: Sight) -> list[Part]:
    """The key for a code, while points wait for it."""
    state = sight.view.state
    limit = state.quote.redemption.limit if state.quote else None
    if limit is None or limit.code != "redeem.confirm_phone" or state.mode != "sale" or state.confirming:
        return []
    return [(f"  {shown(CONFIRM.name)} ", "accent"), (sight.words.text("phone code for points") + " ", "text")]


def _unknown(sight: Sight, width: int) -> list[Part]:
    """An unknown code is one line and three keys; the sale goes on meanwhile."""
    _ = sight.words.text
    keys = [
        ("F3", "accent"), (" " + _("find by name") + "   ", "text"),
        ("Enter", "accent"), (" " + _("type it again") + "   ", "text"),
        ("Esc", "accent"), (" " + _("skip"), "text"),
    ]  # fmt: skip
    room = width - cells(keys) - len(INDENT)
    return [(f" {cut(clean(sight.view.state.unknown_code), room)}  ", "strong"), *keys]


def notice_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    parts = notice_parts(sight)
    if _needs_both_rows(sight, width):
        parts = _in_two(sight, width)[1]
    elif _names_unknown(sight) and cells(parts) > width:
        parts = _first_sentence(parts)
    return [row(sight.palette, width, fit(parts, width))]


def _first_sentence(parts: list[Part]) -> list[Part]:
    """What is wrong with a code nobody knows; what to do stands in the row of keys above."""
    level, (text, ink) = parts[:-1], parts[-1]
    return [*level, (text.partition(". ")[0], ink)]


def notice_parts(sight: Sight) -> list[Part]:
    """Level as sign, word and colour; then what is said, and what to do next."""
    words, notice = sight.words, _unread(sight)
    if sight.desk.note:
        return _levelled(sight, "info", words.text(sight.desk.note))
    if notice is None:
        return []
    parts = _said(sight)
    if notice.hint:
        parts.append((". " + words.say(notice.hint), "dim"))
    return parts


def _unread(sight: Sight) -> Notice | None:
    """The notice, unless another screen has taken its place; the register's screen says itself what is wrong, and the
    Resolve screen what is in doubt, what the register says and what to do."""
    notice, doubt = sight.view.state.notice, sight.view.doubt
    if notice is None or notice.serial == sight.desk.read:
        return None
    if body_of(sight) == "register" and notice.level == "warn" and notice.said in _listed(sight):
        return None
    if doubt is None or body_of(sight) != "resolve":
        return notice
    if notice.said.code == "fiscal.doubt" or notice.said == doubt.told:
        return None
    return replace(notice, hint=None) if notice.hint == doubt.hint else notice


def _told(sight: Sight) -> frozenset[str]:
    """What the notice and the register's screen say, by their codes."""
    notice = _unread(sight)
    listed = _listed(sight) if body_of(sight) == "register" else ()
    return frozenset(said.code for said in (*listed, *([notice.said] if notice else [])))


def _listed(sight: Sight) -> tuple[Sentence, ...]:
    seen = sight.view.state.register
    return tuple(trouble.said for trouble in seen.troubles) if seen else ()


def _said(sight: Sight) -> list[Part]:
    notice = _unread(sight)
    return _levelled(sight, notice.level, sight.words.say(notice.said)) if notice else []


def _levelled(sight: Sight, level: Level, said: str) -> list[Part]:
    word, ink = LEVELS[level]
    sign = getattr(sight.palette.signs, level)
    return [(f" {sign} {sight.words.text(word)}: ", ink), (said, "text")]
