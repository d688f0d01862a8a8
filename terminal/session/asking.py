"""What the member asks for: campaigns given on request, and a gift chosen of several."""

import msgspec

from loyalty.basket import Basket
from loyalty.quoting.offers import Offer
from loyalty.sentences import sentence
from terminal.session import commands as c
from terminal.session import confirming
from terminal.session.parts import Step, asked_again, changed, offered, refuse, refused, say, told
from terminal.session.state import State, Surroundings

replace = msgspec.structs.replace


def list_offers(state: State, command: c.ListOffers, around: Surroundings) -> Step:
    """Open the list; an empty one says why instead."""
    found = offered(state.basket, around)
    if not found:
        return refused(state, "offer.none" if state.basket.lines else "sale.empty")
    return replace(state, offers=found, found=()), ()


def ask(state: State, command: c.Ask, around: Surroundings) -> Step:
    state = asked_again(state, around)
    offer = _offer(state, command.campaign_id, "", around)
    asked = state.basket.asked
    if command.campaign_id in asked:
        left = tuple(campaign_id for campaign_id in asked if campaign_id != command.campaign_id)
        return _taken_back(state, replace(state.basket, asked=left), offer, around)
    if offer is None:
        return refused(state, "offer.gone")
    if not offer.possible:
        return refuse(state, offer.said, confirming.key_for(offer.said))
    return _given(state, replace(state.basket, asked=(*asked, offer.campaign_id)), offer, around)


def choose(state: State, command: c.Choose, around: Surroundings) -> Step:
    offer = _offer(state, command.campaign_id, command.code, around)
    others = {key: code for key, code in state.basket.choices.items() if key != command.campaign_id}
    if state.basket.choices.get(command.campaign_id) == command.code:
        return _taken_back(state, replace(state.basket, choices=others), offer, around)
    if offer is None or not command.code:
        return refused(state, "offer.gone")
    return _given(state, replace(state.basket, choices={**others, command.campaign_id: command.code}), offer, around)


def _given(state: State, basket: Basket, offer: Offer, around: Surroundings) -> Step:
    state = changed(state, basket, around)
    taken = sentence("offer.taken", name_ru=offer.name_ru, name_en=offer.name_en)
    return say(state, "ok", taken, None if offer.code else offer.said), (c.Signal("ok"),)


def _taken_back(state: State, basket: Basket, offer: Offer | None, around: Surroundings) -> Step:
    state = changed(state, basket, around)
    if offer is None:
        return told(state, "info", "offer.dropped"), ()
    return told(state, "info", "offer.taken_back", name_ru=offer.name_ru, name_en=offer.name_en), ()


def _offer(state: State, campaign_id: str, code: str, around: Surroundings) -> Offer | None:
    found = state.offers if state.offers is not None else offered(state.basket, around)
    return next((offer for offer in found if (offer.campaign_id, offer.code) == (campaign_id, code)), None)
