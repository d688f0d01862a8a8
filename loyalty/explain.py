"""Every sentence of loyalty in both languages: `say(said, lang, TEMPLATES)`."""

from loyalty import (
    chain,
    codes,
    conditions,
    gift_pay,
    marks,
    quote,
    returns,
    rewards,
    rights,
    sale,
    segment_file,
    segments_told,
    stops,
    stops_told,
)
from loyalty.coupons import reading as coupons
from loyalty.coupons import series as coupon_series
from loyalty.coupons import shown as coupons_shown
from loyalty.documents import (
    basket_file,
    campaign_file,
    cases,
    points_file,
    programme_file,
    programme_lint,
    programme_warnings,
    redeem_file,
    section,
    status_file,
)
from loyalty.points import shown as shown_points
from loyalty.quoting import judging, offers, presented, reasons, redemption, turns
from loyalty.statuses import outlook

_ROOMS = (
    basket_file,
    campaign_file,
    cases,
    chain,
    codes,
    conditions,
    coupon_series,
    coupons,
    coupons_shown,
    gift_pay,
    judging,
    marks,
    offers,
    outlook,
    points_file,
    presented,
    programme_file,
    programme_lint,
    programme_warnings,
    quote,
    reasons,
    redeem_file,
    redemption,
    returns,
    rewards,
    rights,
    sale,
    section,
    segment_file,
    segments_told,
    shown_points,
    status_file,
    stops,
    stops_told,
    turns,
)

TEMPLATES: dict[str, tuple[str, str]] = {code: pair for room in _ROOMS for code, pair in room.SENTENCES.items()}
"""code -> (Russian template, English template)."""
