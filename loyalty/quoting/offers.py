"""What the member may ask for now: campaigns that are given on request, and gifts of which one is to be chosen.

Each is worked out as if it had been asked for, on the basket as it stands, so that what it gives, or what is missing
to it, is what the quote will say.
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from loyalty.basket import Basket, Moment
from loyalty.ledger import MAIN_WALLET
from loyalty.programme import Campaign, Programme
from loyalty.quote import quote
from loyalty.quoted import Explanation, Quote, Standing
from loyalty.sentences import Sentence, counted, sentence

MAX_REQUESTS = 20
"""So many campaigns at most are offered; each is a quote of its own."""
MAX_OFFERS = 60

SENTENCES = {
    "offer.points": ("Цена: {points:балл|балла|баллов}", "Price: {points:point|points}"),
    "offer.units": ("Цена: {what_ru}", "Price: {what_en}"),
    "offer.gift": ("Подарок: {name_ru}", "A gift: {name_en}"),
}


class Offer(msgspec.Struct, frozen=True):
    """Something to ask for, or one gift of several (`code` says which goods; empty for a campaign on request).

    `taken`: it has been asked for or chosen. `possible`: asking brings something; `said` is what, else what is missing.
    `cost` is what is taken for it; None: nothing.
    """

    campaign_id: str
    code: str
    name_ru: str
    name_en: str
    taken: bool
    possible: bool
    said: Sentence
    cost: Sentence | None = None


def offers(basket: Basket, programme: Programme, moment: Moment, standing: Standing) -> tuple[Offer, ...]:
    """Gifts to choose first, then what is given on request, in the order campaigns are applied."""
    now = quote(basket, programme, moment, standing, hints=False)
    unchosen = quote(replace(basket, choices={}), programme, moment, standing, hints=False) if basket.choices else now
    campaigns = {campaign.id: campaign for campaign in programme.campaigns}
    gifts = _gifts(unchosen, basket, campaigns)
    wanted = list(dict.fromkeys(told.campaign_id for told in now.explanations))
    wanted = [campaign_id for campaign_id in wanted if campaign_id in programme.on_request][:MAX_REQUESTS]
    requests = (_request(campaigns[each], now, basket, programme, moment, standing) for each in wanted)
    return (*gifts, *requests)[:MAX_OFFERS]


def waiting(answer: Quote, basket: Basket, programme: Programme) -> int:
    """How many campaigns `offers` would speak of that are not out of the question, without working any of them out."""
    requests = (told for told in answer.explanations if told.campaign_id in programme.on_request)
    asking = {told.campaign_id for told in requests if told.outcome != "blocked" or told.campaign_id in basket.asked}
    choosing = {choice.campaign_id for choice in answer.granted.choices}
    chosen = {extra.campaign_id for extra in answer.granted.extras} & set(basket.choices)
    return len(asking | choosing | chosen)


def _gifts(answer: Quote, basket: Basket, campaigns: dict[str, Campaign]) -> Iterator[Offer]:
    for choice in answer.granted.choices:
        name = campaigns[choice.campaign_id].name
        said = sentence("offer.gift", name_ru=name.ru, name_en=name.en)
        for option in choice.options:
            taken = basket.choices.get(choice.campaign_id) == option.code
            yield Offer(choice.campaign_id, option.code, option.name_ru, option.name_en, taken, True, said)


def _request(
    campaign: Campaign, now: Quote, basket: Basket, programme: Programme, moment: Moment, standing: Standing
) -> Offer:
    taken = campaign.id in basket.asked
    then = now
    if not taken:
        then = quote(replace(basket, asked=(*basket.asked, campaign.id)), programme, moment, standing, hints=False)
    told = _about(campaign, then)
    return Offer(
        campaign.id, "", campaign.name.ru, campaign.name.en, taken, told.outcome == "applied", told.said,
        _cost(campaign, programme),
    )  # fmt: skip


def _about(campaign: Campaign, answer: Quote) -> Explanation:
    """The first thing the quote says of a campaign that it does speak of."""
    return next(told for told in answer.explanations if told.campaign_id == campaign.id)


def _cost(campaign: Campaign, programme: Programme) -> Sentence | None:
    cost = campaign.cost
    if cost is None:
        return None
    if cost.wallet == MAIN_WALLET or cost.wallet not in programme.terms.unit_forms:
        return sentence("offer.points", points=cost.points)
    ru, en = programme.terms.unit_forms[cost.wallet]
    return sentence("offer.units", what_ru=counted(cost.points, ru), what_en=counted(cost.points, en))
