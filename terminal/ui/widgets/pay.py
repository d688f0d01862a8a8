"""Payment in place of the lines: what is still due, what has been given, and the ways to give the rest."""

from textual.strip import Strip

from loyalty.gift_card import GiftCard
from loyalty.money import parse_amount
from loyalty.receipt import Payment, PaymentKind
from terminal.session.state import State
from terminal.ui.cells import clean, left, right
from terminal.ui.desk import taken_minor
from terminal.ui.keys import BY_ID, shown
from terminal.ui.rows import Part, blank, fit, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.failure import failure_rows

KEY_CELLS = 8
AMOUNT_CELLS = 16
LABEL_CELLS = 26


def pay_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    state, _ = sight.view.state, sight.words.text
    palette = sight.palette
    given = [_given(sight, tender, width) for tender in state.tenders]
    return [
        row(palette, width, [("  " + _("Payment"), "head")]),
        *_points(sight, width),
        *_sent_to(sight, width),
        *(failure_rows(sight, width) or [blank(palette, width)]),
        *given,
        *(_all_paid(sight, width) or _ways(sight, width)),
        blank(palette, width),
        row(palette, width, [(left("  Esc", KEY_CELLS), "accent"), (_back(sight), "dim")]),
    ]


def _back(sight: Sight) -> str:
    if any(each.bank is not None for each in sight.view.state.tenders):
        return sight.words.text("back to the receipt; the card gets its money back")
    if taken_minor(sight.view.state):
        return sight.words.text("back to the receipt; what was given is given back")
    return sight.words.text("back to the receipt, nothing is lost")


def _sent_to(sight: Sight, width: int) -> list[Strip]:
    address = sight.view.state.buyer
    if not address:
        return []
    said = sight.words.text("The receipt goes to {address}").format(address=clean(address))
    return [row(sight.palette, width, fit([("  " + said, "text")], width))]


def _ways(sight: Sight, width: int) -> list[Strip]:
    state, _ = sight.view.state, sight.words.text
    return [
        _way(sight, width, "cash", _("Cash, exactly"), due_by(state, "cash")),
        _way(sight, width, "card", _("Card, all of it"), due_by(state, "card")),
        *(_gift_card(sight, width) or [*_typed(sight, width), *_gift_card_to_scan(sight, width)]),
    ]


def _all_paid(sight: Sight, width: int) -> list[Strip]:
    """A card has paid, and the receipt was refused: only it is tried again."""
    state, _ = sight.view.state, sight.words.text
    if state.due_minor != 0 or state.committing or all(each.bank is None for each in state.tenders):
        return []
    parts: list[Part] = [*_cap("card"), (_("the card has paid: try the receipt again"), "strong")]
    return [row(sight.palette, width, fit(parts, width))]


def due_by(state: State, kind: PaymentKind) -> int:
    """What is due in one kind: a campaign may hold for receipts paid in that kind alone."""
    return state.due_minor if state.tenders else state.totals.get(kind, state.due_minor)


def _given(sight: Sight, tender: Payment, width: int) -> Strip:
    _ = sight.words.text
    label = _("Given in cash") if tender.kind == "cash" else _("Taken from the card")
    if tender.gift_card is not None:
        label = _named(sight, tender.gift_card)
    if tender.bank is not None and tender.bank.tail:
        label += f" {clean(tender.bank.masked)}"
    sign = sight.palette.signs.ok
    money = right(sight.words.money(tender.amount_minor), AMOUNT_CELLS)
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


def _named(sight: Sight, card: GiftCard) -> str:
    return sight.words.text("Gift card {card}").format(card=card.masked)


def _gift_card(sight: Sight, width: int) -> list[Strip]:
    """The gift card in hand: what Enter takes from it."""
    state, words, _ = sight.view.state, sight.words, sight.words.text
    if state.gift_card is None:
        return []
    typed_minor = parse_amount(sight.desk.line.text) if sight.desk.line.text else None
    parts: list[Part] = [
        (left("  Enter", KEY_CELLS), "accent"),
        (left(_named(sight, state.gift_card.card), LABEL_CELLS), "text"),
        (right(words.money(typed_minor or state.gift_pays_minor), AMOUNT_CELLS), "strong"),
        ("   " + _("of") + " ", "text"),
        (words.money(state.gift_card.balance_minor), "warn"),
    ]
    return [row(sight.palette, width, fit(parts, width))]


def _gift_card_to_scan(sight: Sight, width: int) -> list[Strip]:
    _, codes = sight.words.text, sight.view.programme.codes
    if not codes.gift_card_prefixes:
        return []
    parts: list[Part] = [(left("  " + _("scan"), KEY_CELLS), "accent"), (_("a gift card, or type its number"), "dim")]
    return [row(sight.palette, width, fit(parts, width))]


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
    elif sight.view.state.tenders:
        parts = [*_cap("points"), (_("Points go before money: Esc, then F5"), "dim")]
        return [row(sight.palette, width, fit(parts, width))]
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
