"""What `kopilka programme explain` prints: a programme in plain words, or why a basket costs what it costs."""

from __future__ import annotations

from collections.abc import Iterator

import click
from msgspec.structs import replace

from loyalty.documents.basket_file import basket_of, local_moment, read_basket, standing_of
from loyalty.documents.programme_told import Told, tell_campaign, tell_programme, world_of
from loyalty.documents.section import nearest
from loyalty.errors import BadInput
from loyalty.programme import Campaign, Programme
from loyalty.quote import quote
from loyalty.sentences import Lang, sentence
from terminal.cli.quote_text import answer_text
from terminal.clock import local_text, now_ms


def told_lines(programme: Programme, campaign_id: str, lang: Lang) -> Iterator[str]:
    """The whole programme, or one campaign. Raises BadInput where there is none of that id."""
    world = world_of(programme)
    if campaign_id:
        yield from _lines(tell_campaign(_campaign(programme, campaign_id), programme, world, lang))
        return
    for told in tell_programme(programme, world, lang):
        yield from _lines(told)
    for campaign in sorted(programme.campaigns, key=lambda each: (each.priority, each.id)):
        yield from _lines(tell_campaign(campaign, programme, world, lang))


def explain_basket(raw: bytes, programme: Programme, campaign_id: str, lang: Lang) -> None:
    """Print a basket's lines and reasons, or those of one campaign. Raises BadInput."""
    if campaign_id:
        _campaign(programme, campaign_id)
    doc = read_basket(raw)
    basket = basket_of(doc)
    at = doc.at or local_text(now_ms(), programme.time_zone)
    done = quote(basket, programme, local_moment(at), standing_of(doc, programme))
    kept = tuple(each for each in done.explanations if campaign_id in ("", each.campaign_id))
    answer_text(basket, replace(done, explanations=kept), programme, lang)


def _campaign(programme: Programme, campaign_id: str) -> Campaign:
    for campaign in programme.campaigns:
        if campaign.id == campaign_id:
            return campaign
    near = nearest(campaign_id, [campaign.id for campaign in programme.campaigns])
    hint = sentence("programme.campaign_near", near=near) if near else None
    raise BadInput(sentence("programme.no_campaign", id=campaign_id[:80]), hint)


def _lines(told: Told) -> Iterator[str]:
    yield click.style(told.title, bold=True)
    width = max((len(label) for label, _ in told.facts), default=0)
    for label, text in told.facts:
        yield f"  {label:{width}}  {text}" if label else f"  {text}"
    yield ""
