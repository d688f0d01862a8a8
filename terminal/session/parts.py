"""Small moves every part of the session makes: say something, change the basket, quote it anew."""

import msgspec

from loyalty.basket import Basket
from loyalty.coupons.shown import shown_coupons
from loyalty.quoting.offers import Offer, offers, waiting
from loyalty.sentences import Sentence, sentence
from terminal.session.commands import Effect, Signal
from terminal.session.held import quoted
from terminal.session.state import Confirming, Level, Notice, State, Surroundings

UNDO_STEPS = 50
Step = tuple[State, tuple[Effect, ...]]


def say(state: State, level: Level, said: Sentence, hint: Sentence | None = None) -> State:
    serial = state.notice.serial + 1 if state.notice else 1
    return msgspec.structs.replace(state, notice=Notice(level, said, serial, hint))


def told(state: State, level: Level, code: str, /, *, hint: str = "", **args: int | str) -> State:
    return say(state, level, sentence(code, **args), sentence(hint) if hint else None)


def refused(state: State, code: str, /, *, hint: str = "", **args: int | str) -> Step:
    """Nothing changes but the notice."""
    return refuse(state, sentence(code, **args), sentence(hint) if hint else None)


def refuse(state: State, said: Sentence, hint: Sentence | None = None) -> Step:
    return say(state, "error", said, hint), (Signal("error"),)


def requoted(state: State, around: Surroundings) -> State:
    """The same basket at this moment, under this programme, over this link."""
    basket, programme, moment = state.basket, around.programme, around.moment
    something = bool(basket.lines) or basket.member is not None
    answer = quoted(state, around) if something else None
    return msgspec.structs.replace(
        state,
        quote=answer,
        coupons=shown_coupons(basket, programme, moment, answer) if basket.coupons else (),
        on_request=waiting(answer, basket, programme) if answer else 0,
        offers=offered(basket, around) if state.offers is not None else None,
        confirming=_still(state.confirming, basket),
    )


def asked_again(state: State, around: Surroundings) -> State:
    """Whoever asks for points once more has the head office asked once more."""
    return requoted(msgspec.structs.replace(state, unheld=""), around) if state.unheld else state


def _still(confirming: Confirming | None, basket: Basket) -> Confirming | None:
    """Nothing to confirm is left once the member is another, or found by other means."""
    member = basket.member
    if confirming is None or member is None or member.member_id != confirming.member_id:
        return None
    return confirming if member.identified_by == "phone" else None


def offered(basket: Basket, around: Surroundings) -> tuple[Offer, ...]:
    """What the member may ask for now."""
    return offers(basket, around.programme, around.moment, around.standing) if basket.lines else ()


def changed(state: State, basket: Basket, around: Surroundings) -> State:
    """A new basket, quoted, with the old one kept for undo."""
    undo = (*state.undo, state.basket)[-UNDO_STEPS:]
    return requoted(msgspec.structs.replace(state, basket=basket, undo=undo), around)


def fresh(state: State, store: str) -> State:
    """The next sale: nothing of the last one is left but the shift."""
    return State(
        mode="sale" if state.shift else "closed",
        shift=state.shift,
        basket=Basket(store=store),
        notice=state.notice,
    )
