"""A sale worked out again under its own programme version: the whole of it, or the part the buyer keeps.

The campaigns that applied at the sale are taken as they are: whom, when, where and with what coupon they were for was
settled then, and a receipt does not carry it. What they ask of the goods (which, how many, for how much) is judged
anew. With nothing returned, the figures are those of the receipt.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from loyalty.basket import Basket, BasketLine
from loyalty.catalogue import Price, Product
from loyalty.conditions import Combination, GoodsTotal, Products, Quantity, ReceiptTotal
from loyalty.ledger import MAIN_WALLET, spent_points
from loyalty.member import Member
from loyalty.programme import Campaign, Group, Programme, Redeem
from loyalty.quote import quote
from loyalty.quoted import Quote, Standing
from loyalty.quoting.limits import Room
from loyalty.receipt import Receipt, ReceiptLine

ABOUT_GOODS = (Products, Combination, Quantity, GoodsTotal, ReceiptTotal)
"""The conditions that are judged anew."""


def basket_again(sale: Receipt, kept_milli: Mapping[int, int] | None = None) -> Basket:
    """The basket of a sale, or what is kept of it (line_no -> thousandths); goods given beside it are not in it.

    Of the member it has what the receipt knows, and to spend what was spent; `redeem_points` is what was asked.
    """
    kept = {line.line_no: line.qty_milli for line in sale.lines} if kept_milli is None else kept_milli
    return Basket(
        lines=tuple(_line(line, kept[line.line_no]) for line in sale.lines if _stays(line, kept)),
        member=_member(sale),
        redeem_points=sale.asked_points,
        store=sale.store,
        channel=sale.channel,
        asked=sale.asked,
        choices=sale.choices,
    )


def sold_again(
    sale: Receipt,
    programme: Programme,
    kept_milli: Mapping[int, int] | None = None,
    spent_points: int | None = None,
) -> Quote:
    """What the sale, or the part that is kept of it, comes to by itself under the sale's own programme version.

    `spent_points`: how many points pay for it; all that were spent where it is left out. Raises BadInput where no
    till could have sold it.
    """
    held = held_programme(sale, programme)
    asked = sale.redeemed_points if spent_points is None else spent_points
    basket = replace(basket_again(sale, kept_milli), redeem_points=asked)
    return quote(basket, held, sale.moment, Standing(left=_had(sale, held)), hints=False)


def held_programme(sale: Receipt, programme: Programme) -> Programme:
    """The programme with the campaigns that applied alone, in the order they did, whoever they were for."""
    place = {campaign_id: number for number, campaign_id in enumerate(sale.campaigns)}
    held = (campaign for campaign in programme.campaigns if campaign.id in place)
    return replace(
        programme,
        campaigns=tuple(_held(campaign, place[campaign.id]) for campaign in held),
        groups=tuple(_chosen(group) for group in _groups(programme)),
        redeem=Redeem(
            point_value_minor=programme.redeem.point_value_minor,
            max_share_bp=10_000,
            step_points=programme.redeem.step_points,
            identified_by=("card", "phone", "phone_code", "manual"),
            wallets=programme.redeem.wallets,
            excluded=programme.redeem.excluded,
        ),
    )


def _held(campaign: Campaign, place: int) -> Campaign:
    conditions = tuple(each for each in campaign.conditions if isinstance(each, ABOUT_GOODS))
    return replace(campaign, conditions=conditions, priority=place)


def _groups(programme: Programme) -> tuple[Group, ...]:
    """Every group campaigns name, those nobody describes too."""
    names = dict.fromkeys(campaign.group for campaign in programme.campaigns if campaign.group)
    known = programme.group_by_id
    return tuple(known.get(name) or Group(name) for name in names)


def _chosen(group: Group) -> Group:
    """Which campaign of the group works was chosen at the sale; what they may take off together still holds."""
    return replace(group, mode="sum") if group.mode == "best" else group


def _had(sale: Receipt, held: Programme) -> dict[str, Room]:
    """A campaign gives no more for a part than it gave for the whole: limits and budgets may have bound it.

    Of a group settled line by line, where a campaign may give less than it could, that is said of limits alone.
    """
    minor: dict[str, int] = {}
    points: dict[str, int] = {}
    for line in sale.lines:
        for each in line.applied:
            minor[each.campaign_id] = minor.get(each.campaign_id, 0) + each.discount_minor
            points[each.campaign_id] = points.get(each.campaign_id, 0) + each.points
    bound = [each.id for each in held.campaigns if each.limits or held.group_of(each).mode != "best_line"]
    return {name: Room(minor=minor.get(name) or None, points=points.get(name) or None) for name in bound}


def _member(sale: Receipt) -> Member | None:
    if sale.account_id is None:
        return None
    spent = spent_points(sale)
    return Member(
        member_id=sale.member_id or "",
        account_id=sale.account_id,
        name_masked=sale.member_name,
        status=sale.status,
        balance_points=spent.get(MAIN_WALLET, 0),
        identified_by=sale.identified_by or "card",
        blocked=sale.blocked,
        wallets={wallet: points for wallet, points in spent.items() if wallet != MAIN_WALLET},
    )


def _stays(line: ReceiptLine, kept_milli: Mapping[int, int]) -> bool:
    return kept_milli.get(line.line_no, 0) > 0 and not line.is_gift


def _line(line: ReceiptLine, qty_milli: int) -> BasketLine:
    product = Product(
        line.code, line.name, (Price(line.price_minor),), line.vat, line.unit, line.category, line.brand, line.tags,
        line.no_discount, line.no_earn, line.no_redeem, line.min_price_minor,
        line.gift_card is not None,
    )  # fmt: skip
    return BasketLine(line.line_no, product, qty_milli, line.price_minor, line.gift_card, line.mark)
