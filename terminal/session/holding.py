"""The hold of a sale's points: asked for as soon as points are to be spent, given back once they are not.

`follow` looks at each step from outside: what the receipt takes now against what is held. So whatever changes the
receipt, its member or the mode, the hold follows, and no sale that takes points is recorded before its hold is there,
or before it is known that none can be had.
"""

import msgspec

from loyalty.basket import Basket
from loyalty.ledger import MAIN_WALLET
from loyalty.member import Member
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session import payment
from terminal.session.held import covers, is_held, taken_points
from terminal.session.parts import Step, refuse, refused, requoted, say, told
from terminal.session.state import PointsHold, State, Surroundings

replace = msgspec.structs.replace
SPARE_MS = 60_000
"""A hold that is over so soon is asked for anew."""
MAX_EARLIER = 10
RECORDED_LATE = "sale.recorded_late"
_WAITS = (c.Tender, c.Scan, c.Type, c.GiftCardFound)


def waiting(state: State, command: object) -> Step | None:
    """While a paid sale waits for its hold, nothing more is paid."""
    if state.committing and isinstance(command, _WAITS):
        return refused(state, "points.holding")
    return None


def follow(before: State, step: Step, command: object, around: Surroundings) -> Step:
    """The step with what it means for the hold: asked for, asked for anew, or given back."""
    after, effects = step
    if isinstance(command, c.Failed) and command.said.code == RECORDED_LATE and after.hold is not None:
        # The receipt that was recorded after all may have taken it: these goods ask for one of their own.
        after = replace(after, hold=replace(after.hold, stage="held", until_ms=0))
    after = replace(after, committing=after.committing and after.mode == "pay")
    taken = taken_points(after.quote) if after.mode in ("sale", "pay") and after.basket.member else {}
    after, asked = _asked(after, taken, around)
    after, effects = _committed(after, effects, taken, around)
    return after, (*effects, *asked, *_given_back(before.hold, after.hold, command))


def _asked(state: State, taken: dict[str, int], around: Surroundings) -> Step:
    """The state with the hold it needs now, and the request where it is a new one."""
    hold, member = state.hold, state.basket.member
    if not taken or member is None:
        return replace(state, hold=None), ()
    mine = hold if hold is not None and hold.account_id == member.account_id else None
    if mine is not None and mine.points == taken and not _is_ending(mine, around):
        return state, ()
    if not around.hold_id or state.unheld == member.member_id:
        kept = mine if mine is not None and is_held(state, around) and covers(mine, taken) else None
        return replace(state, hold=kept), ()
    earlier = (*mine.earlier, mine.hold_id)[-MAX_EARLIER:] if mine is not None else ()
    asked = PointsHold(around.hold_id, member.member_id, member.account_id, taken, earlier=earlier)
    replaces = mine.hold_id if mine is not None else ""
    return replace(state, hold=asked), (c.TakeHold(asked.hold_id, asked.member_id, asked.account_id, taken, replaces),)


def _is_ending(hold: PointsHold, around: Surroundings) -> bool:
    return hold.stage == "held" and around.moment.at_ms >= hold.until_ms - SPARE_MS


def _committed(state: State, effects: tuple[c.Effect, ...], taken: dict[str, int], around: Surroundings) -> Step:
    """A sale to be recorded names its hold, or waits for it."""
    if not taken or not any(isinstance(effect, c.CommitSale) for effect in effects):
        return state, effects
    hold, member = state.hold, state.basket.member
    if hold is not None and hold.stage == "asking":
        left = tuple(effect for effect in effects if not isinstance(effect, c.CommitSale))
        return told(replace(state, committing=True), "info", "points.holding"), left
    unheld = member is not None and state.unheld == member.member_id
    named = hold.hold_id if hold is not None and is_held(state, around) else ""
    made = (
        replace(effect, hold_id=named, unheld=unheld and not named) if isinstance(effect, c.CommitSale) else effect
        for effect in effects
    )
    return replace(state, committing=False), tuple(made)


def _given_back(before: PointsHold | None, after: PointsHold | None, command: object) -> tuple[c.GiveHoldBack, ...]:
    """Of a hold the sale has no more: it itself, and those it was to take the place of."""
    if before is None:
        return ()
    if after is not None and after.account_id == before.account_id:
        return ()  # the same, or the one that takes its place
    ids = {*before.earlier, before.hold_id}
    if isinstance(command, c.DoubtEnded) and command.completed is not None:
        ids -= {command.completed.receipt.hold_id}
    if isinstance(command, c.Completed):
        ids -= {command.receipt.hold_id}
    if isinstance(command, c.HoldShort):
        ids -= {command.hold_id}
    return tuple(c.GiveHoldBack(each, before.account_id) for each in sorted(ids))


def taken(state: State, command: c.HoldTaken, around: Surroundings) -> Step:
    """The points are held: a sale that waits for it is recorded. A hold nobody wants any more goes back."""
    hold = state.hold
    if hold is None or hold.hold_id != command.hold_id:
        return late(state, command, around)
    until_ms = around.moment.at_ms + command.good_for_s * 1000
    given = tuple(c.GiveHoldBack(each, hold.account_id) for each in hold.earlier[:-1])
    state = requoted(replace(state, hold=replace(hold, stage="held", until_ms=until_ms, earlier=())), around)
    return _go_on(state, given)


def late(state: State, command: c.HoldTaken, around: Surroundings) -> Step:
    """The sale it was for is over, or takes other points by now."""
    hold = state.hold
    if hold is not None and command.hold_id in hold.earlier:
        return state, ()  # the hold asked for since takes its place
    return state, (c.GiveHoldBack(command.hold_id, command.account_id),)


def short(state: State, command: c.HoldShort, around: Surroundings) -> Step:
    """Somebody else has spent them: the receipt takes none, and the cashier hears how many there still are."""
    member = state.basket.member
    if state.hold is None or state.hold.hold_id != command.hold_id or member is None:
        return state, ()
    member = _with_at_most(member, command.available)
    undo = tuple(_of_member(basket, member) for basket in state.undo)
    basket = replace(state.basket, member=member, redeem_points=0)
    state = replace(state, basket=basket, undo=undo, hold=None, committing=False)
    state = requoted(state, around)
    if state.mode == "pay" and not state.tenders:
        state = payment.quoted_again(state, around)
    left = state.quote.redemption.allowed_points if state.quote else 0
    hint = sentence("points.short.hint", points=left) if left else None
    return refuse(state, sentence("points.short", points=max(0, member.balance_points)), hint)


def _with_at_most(member: Member, available: dict[str, int]) -> Member:
    """The member with no more than the head office has for this sale."""
    wallets = {wallet: min(points, available.get(wallet, 0)) for wallet, points in member.wallets.items()}
    return replace(member, balance_points=min(member.balance_points, available.get(MAIN_WALLET, 0)), wallets=wallets)


def _of_member(basket: Basket, member: Member) -> Basket:
    """An older basket of the same sale: the points that are gone are gone there too."""
    same = basket.member is not None and basket.member.member_id == member.member_id
    return replace(basket, member=member, redeem_points=0) if same else basket


def failed(state: State, command: c.HoldFailed, around: Surroundings) -> Step:
    """Nobody answered in time: what the programme lets be spent without the head office holds for this sale."""
    hold = state.hold
    if hold is None or hold.hold_id != command.hold_id or hold.stage == "held":
        return state, ()
    total_minor = state.total_minor
    state = requoted(replace(state, hold=None, unheld=hold.member_id), around)
    if state.mode == "pay" and not state.tenders:
        state = payment.quoted_again(state, around)
    points = state.quote.redemption.allowed_points if state.quote else 0
    said = sentence("points.unheld", points=points) if points else sentence("points.unheld_none")
    if state.total_minor != total_minor:
        state = replace(state, committing=False)
        return refuse(state, said, sentence("points.unheld.total", total_minor=state.total_minor))
    return _go_on(say(state, "warn", said), ())


def _go_on(state: State, effects: tuple[c.Effect, ...]) -> Step:
    """Record the sale that waited, if it is paid."""
    if not state.committing or state.mode != "pay" or state.due_minor != 0 or state.quote is None:
        return replace(state, committing=False), effects
    commit = c.CommitSale(state.basket, state.quote, state.tenders, buyer=state.buyer)
    return replace(state, committing=False), (*effects, commit)
