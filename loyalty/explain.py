"""Every sentence of loyalty in both languages: `say(said, lang, TEMPLATES)`."""

from loyalty import (
    basket_file,
    campaign_file,
    cases,
    chain,
    codes,
    conditions,
    coupon_series,
    coupons,
    judging,
    presented,
    programme_file,
    programme_lint,
    programme_warnings,
    quote,
    reasons,
    redemption,
    returns,
    rewards,
    sale,
    section,
    turns,
)

_ROOMS = (
    basket_file,
    campaign_file,
    cases,
    chain,
    codes,
    conditions,
    coupon_series,
    coupons,
    judging,
    presented,
    programme_file,
    programme_lint,
    programme_warnings,
    quote,
    reasons,
    redemption,
    returns,
    rewards,
    sale,
    section,
    turns,
)

TEMPLATES: dict[str, tuple[str, str]] = {code: pair for room in _ROOMS for code, pair in room.SENTENCES.items()}
"""code -> (Russian template, English template)."""
