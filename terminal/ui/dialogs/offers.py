"""What the customer may ask for, in place of the lines: gifts to choose, and campaigns on request with their price."""

from textual.strip import Strip

from loyalty.programme import Label
from loyalty.quoting.offers import Offer
from terminal.ui.rows import Part, ends, row
from terminal.ui.sight import Sight
from terminal.ui.widgets.lines import window


def offers_rows(sight: Sight, width: int, height: int) -> list[Strip]:
    offers, _ = sight.view.state.offers or (), sight.words.text
    first, last = window([_height(offer) for offer in offers], min(sight.desk.choice, len(offers) - 1), height - 1)
    head = "  " + _("What the customer may ask for")
    if last - first < len(offers):
        head += "  " + _("{first}–{last} of {count}").format(first=first + 1, last=last, count=len(offers))
    shown = [strip for place in range(first, last) for strip in _rows(sight, place, offers[place], width)]
    return [row(sight.palette, width, [(head, "head")]), *shown]


def _height(offer: Offer) -> int:
    return 1 if offer.code else 2


def _rows(sight: Sight, place: int, offer: Offer, width: int) -> list[Strip]:
    """A gift on one row with its campaign; a request on two: what it costs, then what it gives or what is missing."""
    words, palette, signs = sight.words, sight.palette, sight.palette.signs
    here = place == sight.desk.choice
    ink = "text" if offer.possible else "dim"
    start: list[Part] = [
        (f" {signs.here if here else ' '} {place + 1:<2} ", "accent"),
        (f"{signs.ticked if offer.taken else signs.free} ", "good" if offer.taken else ink),
        (words.name(Label(offer.name_ru, offer.name_en)), ink),
    ]
    ground = "selected" if here else "base"
    if offer.code:
        return [ends(palette, width, start, [(f"  {words.say(offer.said)} ", "dim")], ground)]
    cost: list[Part] = [(f"  {words.say(offer.cost)} ", "strong")] if offer.cost else []
    sign, why = (signs.ok, "good") if offer.possible else (signs.unused, "warn")
    said = [(f"         {sign} ", why), (words.say(offer.said), "dim" if offer.possible else "text")]
    return [ends(palette, width, start, cost, ground), row(palette, width, said)]
