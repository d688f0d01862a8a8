"""Coupons and promo codes: which coupon a text is, and whether it may be used here, today, by this member.

Three kinds, by what they have to withstand:

- *promo code*, a word (`LETO25`): told to anybody, used by anybody. Nothing protects it but its days and a limit per
  member.
- *series coupon*, `KC…`: printed or issued on a receipt. Its check character catches a slip, not a liar: who makes one
  up is held only by the series' days and, for single use, by the set of the spent. A till without a link can issue
  them, and issues the same ones again for the same receipt (`loyalty.coupons.codes.issued_code`).
- *signed coupon*, `KS…`: worth something by itself, for one use, perhaps for one member. Only the head office makes
  them; a till checks them with the public key it has from its enrolment, without a link.

Offline nothing can know that another till took the same coupon a minute ago: `spent` is what is known here, and the
head office settles the rest. The core neither keeps nor asks for anything: the key's check and the set come in.
"""

from collections.abc import Callable, Container, Iterable
from hashlib import blake2b

import msgspec

from loyalty.codes import MAX_CODE_CHARS, looks_like_coupon, shortened, whole_coupon
from loyalty.coupons.codes import holder_mark, read_ticket, shop_mark, signed_parts, to_sign
from loyalty.coupons.series import CouponSeries, Kind
from loyalty.sentences import Sentence, sentence
from loyalty.spelling import readings

Verify = Callable[[bytes, bytes], bool]
"""(message, Ed25519 signature) -> whether the head office's key made it."""

SENTENCES = {
    "coupon.none": ("«{code}» — не купон и не промокод этой программы", "“{code}” is no coupon or promo code here"),
    "coupon.misread": (
        "Купон {code} прочитан с ошибкой или изменён: отсканируйте или наберите его ещё раз",
        "Coupon {code} was misread or altered: scan or type it again",
    ),
    "coupon.no_series": (
        "Купон {code}: такой серии в программе нет или уже нет",
        "Coupon {code}: the programme has no such series, or no longer",
    ),
    "coupon.other_shop": ("Купон {code} выдан другой сетью", "Coupon {code} was issued by another company"),
    "coupon.forged": (
        "Купон {code} подделан: подпись не сходится. Принять его нельзя",
        "Coupon {code} is forged: its signature is wrong. It cannot be taken",
    ),
    "coupon.no_key": (
        "Купон {code} проверить нечем: касса не подключена к центральному офису",
        "Coupon {code} cannot be checked: this till is not enrolled with a head office",
    ),
    "coupon.not_yet": (
        "Купон «{name_ru}» действует с {first_date}",
        "Coupon “{name_en}” is good from {first_date} on",
    ),
    "coupon.over": ("Купон «{name_ru}» действовал до {last_date}", "Coupon “{name_en}” was good until {last_date}"),
    "coupon.expired": (
        "Срок купона {code} истёк: он действовал до {last_date}",
        "Coupon {code} has expired: it was good until {last_date}",
    ),
    "coupon.needs_member": (
        "Купон «{name_ru}» — только с картой: отсканируйте карту участника",
        "Coupon “{name_en}” needs a member: scan the member's card",
    ),
    "coupon.other_member": (
        "Купон «{name_ru}» именной и выдан другому участнику",
        "Coupon “{name_en}” is personal and another member's",
    ),
    "coupon.spent": ("Купон {code} уже использован", "Coupon {code} has been used already"),
    "coupon.member_limit": (
        "Купон «{name_ru}»: участник использовал его {times:раз|раза|раз}, больше нельзя",
        "Coupon “{name_en}”: the member has used it {times:time|times}, and no more are allowed",
    ),
}


class Shop(msgspec.Struct, frozen=True):
    """Whose signed coupons are taken: the head office's public key (hex of 32 bytes), and a check by it."""

    public_key: str
    verify: Verify


class Coupon(msgspec.Struct, frozen=True):
    """One coupon read: `id` is what the set of the spent holds, `code` the one spelling of what was read.

    `expires` is the coupon's own last day (ISO) and `holder` whose it is, both only in signed ones, else empty.
    """

    id: str
    series: str
    kind: Kind
    code: str
    serial: str = ""
    expires: str = ""
    holder: str = ""


class Refused(msgspec.Struct, frozen=True):
    why: Sentence


def read_coupon(text: str, series: Iterable[CouponSeries], shop: Shop | None) -> Coupon | Refused:
    """Which coupon of the programme a scanned or typed text is; one not the head office's, or of nobody's, is refused.

    `shop` None: signed coupons cannot be checked, and are refused. Never raises.
    """
    if len(text) > MAX_CODE_CHARS:
        return _refused("coupon.none", text)
    meant, known = readings(text), tuple(series)
    promo = _promo(meant, known)
    if promo is not None:
        return promo
    code = whole_coupon(meant)
    if code is None:
        return _refused("coupon.misread" if looks_like_coupon(meant[0]) else "coupon.none", meant[0])
    return _signed(code, known, shop) if code.startswith("KS") else _of_series(code, known)


def unusable(
    coupon: Coupon,
    series: CouponSeries,
    today: str,
    spent: Container[str],
    account_id: str | None,
    member_uses: int = 0,
) -> Sentence | None:
    """Why a coupon may not be used; None: it may.

    `today` is the ISO date by the store's clock, `spent` holds ids of used coupons, `member_uses` is how many of the
    series this account has used.
    """
    names = {"name_ru": series.name_ru, "name_en": series.name_en}
    if series.first and today < series.first:
        return sentence("coupon.not_yet", first_date=series.first, **names)
    if series.last and today > series.last:
        return sentence("coupon.over", last_date=series.last, **names)
    if coupon.expires and today > coupon.expires:
        return sentence("coupon.expired", code=shortened(coupon.code), last_date=coupon.expires)
    if series.uses == "single" and coupon.id in spent:
        return sentence("coupon.spent", code=shortened(coupon.code))
    if account_id is None:
        return sentence("coupon.needs_member", **names) if coupon.holder or series.per_member else None
    if coupon.holder and coupon.holder != holder_mark(account_id, series.code, coupon.serial):
        return sentence("coupon.other_member", **names)
    if series.per_member and member_uses >= series.per_member:
        return sentence("coupon.member_limit", times=member_uses, **names)
    return None


def believed(code: str, series: Iterable[CouponSeries]) -> Coupon | None:
    """The coupon a code on a basket or a receipt is. Signatures are believed: whoever put it there has read it by
    `read_coupon`; so a receipt can be worked out anew where the key is not at hand."""
    known = tuple(series)
    whole = whole_coupon(readings(code)) if len(code) <= MAX_CODE_CHARS else None
    if whole and whole.startswith("KS"):
        return _ticket(whole, known)
    found = read_coupon(code, known, None)
    return found if isinstance(found, Coupon) else None


def coupon_id(kind: Kind, series: str, serial: str) -> str:
    """What the set of the spent holds: 32 hex digits of the kind, the series' code (of a promo code, the word) and the
    serial, so that neither a new signature nor a renamed series makes a used coupon new."""
    return blake2b(f"{kind}\0{series}\0{serial}".encode(), digest_size=16, person=b"kopilka coupon").hexdigest()


def _promo(meant: Iterable[str], known: tuple[CouponSeries, ...]) -> Coupon | None:
    for word in meant:
        for each in known:
            if word in each.words:
                return Coupon(coupon_id("promo", word, ""), each.id, "promo", word)
    return None


def _of_series(code: str, known: tuple[CouponSeries, ...]) -> Coupon | Refused:
    body = code[2:-1]
    for each in known:
        serial = body[len(each.code) :]
        if each.kind == "series" and body.startswith(each.code) and len(serial) == each.serial_chars:
            return Coupon(coupon_id("series", each.code, serial), each.id, "series", code, serial)
    return _refused("coupon.no_series", code)


def _signed(code: str, known: tuple[CouponSeries, ...], shop: Shop | None) -> Coupon | Refused:
    if shop is None:
        return _refused("coupon.no_key", code)
    written, signature = signed_parts(code)
    ticket = read_ticket(written)
    if ticket.shop != shop_mark(shop.public_key):
        return _refused("coupon.other_shop", code)
    if not shop.verify(to_sign(written), signature):
        return _refused("coupon.forged", code)
    return _ticket(code, known) or _refused("coupon.no_series", code)


def _ticket(code: str, known: Iterable[CouponSeries]) -> Coupon | None:
    """A signed coupon as it is written; None: of no series here."""
    ticket = read_ticket(signed_parts(code)[0])
    each = next((each for each in known if each.kind == "signed" and each.code == ticket.series), None)
    if each is None:
        return None
    id = coupon_id("signed", each.code, ticket.serial)
    return Coupon(id, each.id, "signed", code, ticket.serial, ticket.expires, ticket.holder)


def _refused(why: str, code: str) -> Refused:
    return Refused(sentence(why, code=shortened(code)))
