"""Payment in place of the lines: what is still due, what has been given, and the ways to give the rest."""

from textual.strip import Strip

from loyalty.money import parse_amount
from loyalty.receipt import PaymentKind
from terminal.session.state import State
from terminal.ui.cells import left, right
from terminal.ui.keys import BY_ID, shown
from terminal.ui.rows import Part, blank, fit, row
from terminal.ui.sight import Sight

KEY_CELLS = 8
AMOUNT_CELLS = 16
LABEL_CELLS = 26


def pay_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    state, _ = sight.view.state, sight.words.text
    palette = sight.palette
    given = [_given(sight, kind, amount, width) for kind, amount in _tenders(sight)]
    return [
        row(palette, width, [("  " + _("Payment"), "head")]),
        *_points(sight, width),
        blank(palette, width),
        *given,
        _way(sight, width, "cash", _("Cash, exactly"), due_by(state, "cash")),
        _way(sight, width, "card", _("Card, all of it"), due_by(state, "card")),
        *_typed(sight, width),
        blank(palette, width),
        row(palette, width, [(left("  Esc", KEY_CELLS), "accent"), (_("back to the receipt, nothing is lost"), "dim")]),
    ]


def due_by(state: State, kind: PaymentKind) -> int:
    """What is due in one kind: a campaign may hold for receipts paid in that kind alone."""
    return state.due_minor if state.tenders else state.totals.get(kind, state.due_minor)


def _tenders(sight: Sight) -> list[tuple[str, int]]:
    return [(tender.kind, tender.amount_minor) for tender in sight.view.state.tenders]


def _given(sight: Sight, kind: str, amount_minor: int, width: int) -> Strip:
    _ = sight.words.text
    label = _("Given in cash") if kind == "cash" else _("Taken from the card")
    sign = sight.palette.signs.ok
    money = right(sight.words.money(amount_minor), AMOUNT_CELLS)
    return row(
        sight.palette,
        width,
        [(left(f"  {sign}", KEY_CELLS), "good"), (left(label, LABEL_CELLS), "text"), (money, "strong")],
    )


def _way(sight: Sight, width: int, key: str, label: str, amount_minor: int) -> Strip:
    money = right(sight.words.money(amount_minor), AMOUNT_CELLS)
    return row(sight.palette, width, [*_cap(key), (left(label, LABEL_CELLS), "text"), (money, "strong")])


def _cap(key: str) -> list[Part]:
    return [(left(f"  {shown(BY_ID[key].name)}", KEY_CELLS), "accent")]


def _typed(sight: Sight, width: int) -> list[Strip]:
    """What Enter would do with the figure typed: the change, or what would be left."""
    _, words = sight.words.text, sight.words
    amount_minor = parse_amount(sight.desk.line.text) if sight.desk.line.text else None
    if not amount_minor or sight.desk.asking != "code":
        said = _("cash by the amount typed; 1234 is 12.34")
        return [row(sight.palette, width, [("  Enter ", "accent"), (said, "dim")])]
    over_minor = amount_minor - sight.view.state.due_minor
    label = _("change") if over_minor >= 0 else _("then still due")
    parts: list[Part] = [
        ("  Enter ", "accent"), (left(_("Cash, as typed"), LABEL_CELLS), "text"),
        (right(words.money(amount_minor), AMOUNT_CELLS), "strong"),
        (f"   {label} ", "text"), (words.money(abs(over_minor)), "warn"),
    ]  # fmt: skip
    return [row(sight.palette, width, parts)]


def _points(sight: Sight, width: int) -> list[Strip]:
    """Points first, with what limits them: the offline cap is known before anyone asks."""
    quote, words, _ = sight.view.state.quote, sight.words, sight.words.text
    if quote is None or sight.view.state.basket.member is None:
        return []
    redemption = quote.redemption
    if redemption.used_points:
        said = _("Points spent: {n}").format(n=words.points(redemption.used_points))
        parts: list[Part] = [*_cap("points"), (left(said, LABEL_CELLS), "good"),
                             (right(words.money(-redemption.used_minor), AMOUNT_CELLS), "strong")]  # fmt: skip
    elif redemption.allowed_points:
        said = _("Points: up to {n} can be spent").format(n=words.points(redemption.allowed_points))
        parts = [*_cap("points"), (said, "text")]
    else:
        parts = [*_cap("points"), (_("No points can be spent"), "dim")]
    rows = [row(sight.palette, width, fit(parts, width))]
    if redemption.limit:
        ink = "dim" if sight.view.link.online else "warn"
        rows.append(
            row(sight.palette, width, fit([(" " * KEY_CELLS, "dim"), (words.say(redemption.limit), ink)], width))
        )
    return rows
