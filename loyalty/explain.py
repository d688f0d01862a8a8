"""Every sentence of loyalty in both languages: `say(said, lang, TEMPLATES)`."""

from loyalty import (
    chain,
    codes,
    conditions,
    coupon_series,
    coupons,
    pricing,
    programme_file,
    quote,
    reasons,
    redemption,
    returns,
    rewards,
    sale,
    section,
)

_ROOMS = (
    chain, codes, conditions, coupon_series, coupons, pricing, programme_file, quote, reasons, redemption, returns,
    rewards, sale, section,
)  # fmt: skip

TEMPLATES: dict[str, tuple[str, str]] = {code: pair for room in _ROOMS for code, pair in room.SENTENCES.items()}
"""code -> (Russian template, English template)."""
