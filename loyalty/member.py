"""A member as the till knows one: no full name, no address, no phone number."""

from typing import Literal

import msgspec

from loyalty.consents import Said
from loyalty.statuses.progress import Progress

IdentifiedBy = Literal["card", "phone", "phone_code", "manual"]
"""How strongly the member was identified: a scanned card, a phone number said, the same with a code sent to it and said
back, a card number typed by hand."""


class Used(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How much of one campaign a member has had in one period (`loyalty.quoting.limits.period_key` names it)."""

    campaign_id: str
    period: str
    times: int = 0
    minor: int = 0
    points: int = 0


class Due(msgspec.Struct, frozen=True):
    """Points of a wallet on a date: the first they can be spent on, or the last."""

    wallet: str
    date: str
    points: int


class Member(msgspec.Struct, frozen=True):
    """One member with the account that holds the points (a family shares an account).

    `balance_points` is what can be spent today, as far as the till knows: by the head office's word at the last pull
    and this terminal's own events not yet in it. `as_of_ms` says when that pull was (0: never).
    """

    member_id: str
    account_id: str
    name_masked: str
    status: str
    balance_points: int = 0
    audiences: tuple[str, ...] = ()
    birthday_md: str | None = None
    card: str = ""
    phone_tail: str = ""
    identified_by: IdentifiedBy = "card"
    progress: Progress = Progress()
    found_on: str = ""
    """The date, by the store's clock, for which `status` was worked out from `progress`."""
    as_of_ms: int = 0
    blocked: bool = False
    wallets: dict[str, int] = {}
    """wallet -> points that can be spent today, of the wallets beside the main one."""
    pending: tuple[Due, ...] = ()
    """Points that can be spent from a later date on."""
    ending: tuple[Due, ...] = ()
    """Points that run out, by their last date."""
    card_kind: str = ""
    """The kind of the card in use, as the programme names kinds: bank, transport, donor."""
    receipts: int | None = None
    """How many sale receipts the member has ever had; None where nobody knows."""
    used: tuple[Used, ...] = ()
    coupon_uses: dict[str, int] = {}
    """series of coupons -> how many of it the member has used, as far as this till knows."""
    consents: dict[str, Said] = {}
    """purpose -> the member's last word on it, as far as this till knows."""
    bank_cards: int = 0
    """How many bank cards stand for the member, as far as this till knows."""


def mask_name(name: str) -> str:
    """`Иванова Мария Петровна` becomes `Мария И.`: enough to greet, too little to identify."""
    words = [word for word in name.split() if word]
    if not words:
        return ""
    if len(words) == 1:
        return words[0][:24]
    return f"{words[1][:24]} {words[0][0]}."
