"""The member: masked name, status, balance and what this receipt earns in large digits, the way to the next status."""

from collections.abc import Iterable, Mapping

from rich.cells import cell_len
from textual.strip import Strip

from loyalty.ledger import MAIN_WALLET
from loyalty.member import Due, Member
from loyalty.points.earned import balance_after
from loyalty.receipt import Receipt
from loyalty.statuses.outlook import left_text, outlook_said, season_outlook
from loyalty.statuses.tiers import next_step
from terminal.ui.cells import clean, cut, left, wrap
from terminal.ui.digits import digits
from terminal.ui.rows import Part, blank, ends, fit, row
from terminal.ui.sight import Sight

GROUND = "band"
BAND_ROWS = 6
"""Of a narrow screen: every one is taken."""
FRESH_S = 3600
GAP = 2
SHORTEST_BAR, LONGEST_BAR = 4, 20


def member_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    state = sight.view.state
    shown = state.receipt if state.mode == "done" else None
    if state.mode == "return" and state.returning:
        shown = state.returning.preview
        if shown is None:
            rows = _of_buyer(sight, state.returning.receipt, width)
            return rows + [blank(sight.palette, width, GROUND)] * (height - len(rows))
    if shown is not None:
        rows = _of_receipt(sight, shown, width) if shown.member_name else _nobody(sight, width)
    else:
        rows = _of_member(sight, state.basket.member, width, height) if state.basket.member else _nobody(sight, width)
    return rows + [blank(sight.palette, width, GROUND)] * (height - len(rows))


def _nobody(sight: Sight, width: int) -> list[Strip]:
    _ = sight.words.text
    palette = sight.palette
    mode = sight.view.state.mode
    if mode == "pay" and not sight.view.state.tenders:
        return [
            row(palette, width, [(_("No member"), "dim")], GROUND),
            blank(palette, width, GROUND),
            row(palette, width, [(_("A card can still be scanned"), "text")], GROUND),
            row(palette, width, [("Esc", "accent"), (" " + _("for a phone or a new card"), "dim")], GROUND),
        ]
    if mode != "sale":
        return [row(palette, width, [(_("No member"), "dim")], GROUND)]
    return [
        row(palette, width, [(_("No member"), "dim")], GROUND),
        blank(palette, width, GROUND),
        row(palette, width, [(_("Scan the card or type the phone"), "text")], GROUND),
        row(palette, width, [("F6", "accent"), (" " + _("makes a new card"), "dim")], GROUND),
    ]


def _of_member(sight: Sight, member: Member, width: int, height: int) -> list[Strip]:
    quote = sight.view.state.quote
    earned = quote.earned_points if quote else 0
    used = quote.redeemed_points + quote.costs.get(MAIN_WALLET, 0) if quote else 0
    moved = _moved(quote.wallets, quote.costs) if quote else {}
    coming, ending = _dues(sight, member)
    wallets = [*coming, *_wallets(sight, member.wallets, moved), *ending]
    return [
        _title(sight, member, width),
        *_figures(sight, member.balance_points, earned, width),
        *_labels(sight, width, _standing(sight, member), used, wallets, height > BAND_ROWS),
        _way(sight, member, width),
        *_outlook(sight, member, width),
    ]


def _of_buyer(sight: Sight, receipt: Receipt, width: int) -> list[Strip]:
    """Before it is chosen what comes back: whose receipt it is, and none of its figures."""
    if not receipt.member_name:
        return _nobody(sight, width)
    return [row(sight.palette, width, [(clean(receipt.member_name), "strong")], GROUND)]


def _of_receipt(sight: Sight, receipt: Receipt, width: int) -> list[Strip]:
    """After the sale: the balance as the receipt leaves it. In a return points go the other way."""
    sign = -1 if receipt.kind == "return" else 1
    earned, used = sign * receipt.earned_points, sign * (receipt.redeemed_points + receipt.costs.get(MAIN_WALLET, 0))
    moved = {wallet: sign * points for wallet, points in _moved(receipt.wallets, receipt.costs).items()}
    after = balance_after(receipt)
    title = row(sight.palette, width, [(clean(receipt.member_name), "strong")], GROUND)
    rows = [title, *_figures(sight, after, earned, width)]
    standing = sight.words.text("points now") if after is not None else ""
    return [*rows, *_labels(sight, width, standing, used, _wallets(sight, {}, moved), True)]


def _dues(sight: Sight, member: Member) -> tuple[list[str], list[str]]:
    """`+120 from 05.12`, `50 to 31.12`: the next points of the main wallet to come, and the next to run out."""
    _ = sight.words.text
    return _next(sight, member.pending, _("+{n} from {day}")), _next(sight, member.ending, _("{n} to {day}"))


def _next(sight: Sight, dues: Iterable[Due], form: str) -> list[str]:
    return [_due(sight, due, form) for due in dues if due.wallet == MAIN_WALLET][:1]


def _due(sight: Sight, due: Due, form: str) -> str:
    said = form.format(n=sight.words.points(due.points), day=sight.words.day(due.date))
    return said.replace(" ", "\u00a0")


def _moved(earned: Mapping[str, int], taken: Mapping[str, int]) -> dict[str, int]:
    """wallet -> what becomes of it, of the wallets beside the main one."""
    moved = {wallet: earned.get(wallet, 0) - taken.get(wallet, 0) for wallet in (*earned, *taken)}
    return {wallet: points for wallet, points in moved.items() if points and wallet != MAIN_WALLET}


def _wallets(sight: Sight, held: Mapping[str, int], moved: Mapping[str, int]) -> list[str]:
    """`Stars 12 +2`: each wallet of the programme that the member has, or that this receipt changes."""
    said: list[str] = []
    for wallet in sight.view.programme.wallets:
        figures = [sight.words.points(held[wallet.id])] if held.get(wallet.id) else []
        change = moved.get(wallet.id, 0)
        figures += [("+" if change > 0 else "") + sight.words.points(change)] if change else []
        if figures:
            said.append(" ".join([sight.words.name(wallet.name), *figures]).replace(" ", "\u00a0"))
    return said


def _title(sight: Sight, member: Member, width: int) -> Strip:
    programme = sight.view.programme
    status = next((sight.words.name(s.name) for s in programme.statuses if s.id == member.status), clean(member.status))
    name = clean(member.name_masked) or sight.words.text("Member")
    start: list[Part] = [(name, "strong"), ("  ", "text"), (status, "accent")]
    if member.blocked:
        start = [(name, "strong"), (f"  {sight.palette.signs.error} " + sight.words.text("card blocked"), "bad")]
    tail = f"··{clean(member.card)[-4:]} " if member.card else ""
    return ends(sight.palette, width, start, [(tail, "dim")], GROUND)


def _figures(sight: Sight, balance: int | None, earned: int, width: int) -> list[Strip]:
    """Balance at the left, earned at its fixed place; figures too long for digits are written plainly."""
    words = sight.words
    balance_text = "" if balance is None else words.points(balance)
    earned_text = f"+{words.points(earned)}" if earned > 0 else words.points(earned)
    lefts, rights = digits(words.apart(balance_text) or " "), digits(words.apart(earned_text))
    if cell_len(lefts[0]) + cell_len(rights[0]) + GAP > width:
        rights = ["", earned_text, ""]
    start = max(_earned_at(width), max(map(cell_len, lefts)) + GAP)
    if start + max(map(cell_len, rights)) > width:
        lefts, start = ["", balance_text, ""], _earned_at(width)
    pairs = zip(lefts, rights, strict=True)
    ink = "good" if earned >= 0 else "warn"
    return [row(sight.palette, width, [(left(a, start), "total"), (b, ink)], GROUND) for a, b in pairs]


def _earned_at(width: int) -> int:
    """Where the earned points stand, whatever the balance."""
    return width * 11 // 20


def _labels(sight: Sight, width: int, standing: str, used: int, wallets: list[str], below: bool) -> list[Strip]:
    """What the figures are; the other wallets beside them, or below where there is a row left for them."""
    half, palette, _ = _earned_at(width), sight.palette, sight.words.text
    to_come = sight.view.state.mode == "return"
    said = _("spent {n}") if used > 0 else _("{n} to come back") if to_come else _("{n} given back")
    earned = said.format(n=sight.words.points(abs(used))) if used else _("this receipt")
    end = (earned, "warn" if used else "dim")
    if below:
        more = [row(palette, width, [(_whole(wallets, width), "accent")], GROUND)] if wallets else []
        return [row(palette, width, [(left(standing, half), "dim"), end], GROUND), *more]
    beside = _whole(wallets, half - cell_len(standing) - 3)
    start: list[Part] = [(standing, "dim"), (f" {beside}" if beside else "", "accent")]
    return [row(palette, width, [*fit(start, half), end], GROUND)]


def _whole(texts: list[str], room: int) -> str:
    """As many as fit whole, one after another; an ellipsis for the rest."""
    said = ""
    for text in texts:
        longer = f"{said} · {text}" if said else text
        if cell_len(longer) > room - 2 * (text != texts[-1]):
            return said + " …" if said else "…"
        said = longer
    return said


def _standing(sight: Sight, member: Member) -> str:
    """What the balance is worth: its age is said once it is no longer fresh."""
    _ = sight.words.text
    age_s = max(0, sight.now_ms - member.as_of_ms) // 1000
    if member.as_of_ms and age_s > FRESH_S:
        return _("points, {age} ago").format(age=sight.words.age(age_s))
    return _("points")


def _way(sight: Sight, member: Member, width: int) -> Strip:
    """What is missing to the next status, as a bar, in words and in figures."""
    words, palette = sight.words, sight.palette
    step = next_step(sight.view.programme, member.progress, member.found_on)
    if step is None:
        return blank(palette, width, GROUND)
    missing, said = left_text(step, words.lang), words.text("to {status}: {left}")
    tail = said.format(status="", left=missing)
    status = cut(words.name(step.status.name), width - 1 - cell_len(tail))
    text = said.format(status=status, left=missing)
    return row(palette, width, [*_bar(step.done_bp, width - 2 - cell_len(text)), (text, "text")], GROUND)


def _outlook(sight: Sight, member: Member, width: int) -> list[Strip]:
    """What becomes of the status, on the rows a taller band has; what does not fit is cut."""
    outlook = season_outlook(sight.view.programme, member.progress, member.found_on)
    said = outlook_said(outlook) if outlook else None
    if outlook is None or said is None:
        return []
    ink = "warn" if outlook.outcome == "at_risk" else "dim"
    return [row(sight.palette, width, [(line, ink)], GROUND) for line in wrap(sight.words.say(said), width - 1, 2)]


def _bar(done_bp: int, room: int) -> list[Part]:
    """A bar of what is done, where there is room for one."""
    length = min(room, LONGEST_BAR)
    if length < SHORTEST_BAR:
        return []
    full = done_bp * length // 10_000
    return [("━" * full, "accent"), ("─" * (length - full), "dim"), (" ", "text")]
