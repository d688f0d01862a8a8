"""What a scanned or typed text is: a card, goods, weighed goods, a gift card, a coupon, a receipt, a phone, or unknown
and why.

Check digits: GTIN by GS1 General Specifications 7.9 (mod 10, weights 3 and 1 from the right); coupons by
ISO/IEC 7064 MOD 37,36. Goods weighed in the store use GS1 prefixes 20-29 kept for restricted circulation.
What is inside a coupon's code is `loyalty.coupons.codes`; whether it is worth anything, `loyalty.coupons.reading`.
"""

import re
from typing import Literal

import msgspec

from loyalty.marks import Mark, read_mark
from loyalty.sentences import Sentence, sentence
from loyalty.spelling import readings

MAX_CODE_CHARS = 4096
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

SENTENCES = {
    "code.empty": ("Пустой код: отсканируйте ещё раз", "Empty code: scan again"),
    "code.too_long": (
        "Код длиннее {limit} знаков: это не код товара и не карта",
        "The code is over {limit} characters: neither goods nor a card",
    ),
    "code.check_digit": (
        "Код {text}: не сходится контрольная цифра. Отсканируйте ещё раз или наберите код под штрихкодом",
        "Code {text}: wrong check digit. Scan again or type the digits under the bars",
    ),
    "code.no_weight": ("Код {text}: на этикетке нет веса", "Code {text}: the label has no weight"),
    "code.unknown": ("Код «{text}» не похож ни на товар, ни на карту", "Code “{text}” is neither goods nor a card"),
    "code.phone": (
        "«{text}» — не номер телефона: нужно 10 цифр, например 903 123-45-67",
        "“{text}” is no phone number: type 10 digits, as in 903 123-45-67",
    ),
}


class CardCode(msgspec.Struct, frozen=True, tag="card"):
    number: str


class ProductCode(msgspec.Struct, frozen=True, tag="product"):
    gtin: str
    mark: str = ""
    """The whole code of one marked piece, as it was read (`loyalty.marks`)."""


class WeighedCode(msgspec.Struct, frozen=True, tag="weighed"):
    plu: str
    weight_g: int


class GiftCardCode(msgspec.Struct, frozen=True, tag="gift_card"):
    number: str


class CouponCode(msgspec.Struct, frozen=True, tag="coupon"):
    """A coupon or a promo code in its one spelling (`loyalty.spelling.folded`)."""

    code: str


class ReceiptCode(msgspec.Struct, frozen=True, tag="receipt"):
    number: str


class PhoneCode(msgspec.Struct, frozen=True, tag="phone"):
    e164: str


class UnknownCode(msgspec.Struct, frozen=True, tag="unknown"):
    text: str
    why: Sentence


Code = CardCode | ProductCode | WeighedCode | GiftCardCode | CouponCode | ReceiptCode | PhoneCode | UnknownCode


class CodeRanges(msgspec.Struct, frozen=True):
    """Which codes mean what in this shop. Prefixes are the first digits of a 13-digit code."""

    card_prefixes: tuple[str, ...] = ("299",)
    weighed_prefixes: tuple[str, ...] = ("21",)
    qr_prefix: str = "KPL:"
    country: Literal["7"] = "7"
    promo_words: tuple[str, ...] = ()
    """The programme's promo codes, folded: without them a word is only a word."""
    gift_card_prefixes: tuple[str, ...] = ()
    """Of gift cards; a shop that has none reads no code as one."""
    old_cards: tuple[str, ...] = ()
    """Cards of another system whose members came along, as `7702xxxxxxxxxxxx`: first digits, then an x for each other
    one. Their check digits are not known, so what fits is a card whatever its last digit."""

    def is_old_card(self, code: str) -> bool:
        return any(_fits(code, pattern) for pattern in self.old_cards)


def classify(text: str, ranges: CodeRanges) -> Code:
    """What one scan or one typed line is. Never raises: what cannot be used is `UnknownCode` with the reason."""
    code = text.strip()
    if not code:
        return UnknownCode("", sentence("code.empty"))
    if len(code) > MAX_CODE_CHARS:
        return UnknownCode(code[:24], sentence("code.too_long", limit=MAX_CODE_CHARS))
    if code.upper().startswith(ranges.qr_prefix.upper()):
        return _card_from_qr(code[len(ranges.qr_prefix) :], ranges)
    receipt = _RECEIPT.fullmatch(code.upper())
    if receipt:
        return ReceiptCode(receipt.group(1))
    if ranges.is_old_card(code):
        return CardCode(code)
    coupon = _coupon(code, ranges)
    if coupon:
        return coupon
    mark = read_mark(text)
    if mark:
        return _marked(mark, ranges)
    if code.isascii() and code.isdigit() and len(code) in (8, 12, 13, 14):
        found = _digits(code, ranges)
        if not isinstance(found, UnknownCode):
            return found
        phone = _as_phone(code)
        return PhoneCode(phone) if phone else found
    phone = parse_phone(code)
    return PhoneCode(phone) if phone else UnknownCode(code[:40], sentence("code.unknown", text=shortened(code)))


def mark_of(text: str, ranges: CodeRanges) -> str:
    """The code of marking that a text is, as a register is to have it; empty where it is none."""
    code = classify(text, ranges)
    return code.mark if isinstance(code, ProductCode) else ""


def is_scan(text: str, ranges: CodeRanges) -> bool:
    """Whether a burst of keys is a code a scanner sends; phones are typed by people, so they are not."""
    return not isinstance(classify(text, ranges), UnknownCode | PhoneCode)


_RECEIPT = re.compile(r"(?:KR:)?(T[0-9]{1,5}-[0-9]{1,9})")
_COUPON = re.compile(r"KC[0-9A-Z]{7,20}|KS[A-Z2-7]{136}[0-9A-Z]")
"""A series coupon and a signed one; the last character is the check character of those between."""
_LIKE_COUPON = re.compile(r"KC[0-9A-Z]{7,20}|KS[0-9A-Z]{60,250}")
"""A signed coupon that a scanner cut short or misread is no word either."""
_SHOWN_CHARS = 24
_PHONE_NOISE = re.compile(r"[\s()\-.\u00a0\u2010-\u2014]+")


def _fits(code: str, pattern: str) -> bool:
    """Whether a code has the length of a pattern and its first digits."""
    digits = code.isascii() and code.isdigit()
    return digits and len(code) == len(pattern) and code.startswith(pattern.rstrip("x"))


def _digits(code: str, ranges: CodeRanges) -> Code:
    if not gtin_is_valid(code):
        return UnknownCode(code, sentence("code.check_digit", text=code))
    gtin = code.zfill(13) if len(code) != 8 else code
    if len(gtin) == 13:
        if gtin.startswith(ranges.card_prefixes):
            return CardCode(gtin)
        if gtin.startswith(ranges.weighed_prefixes):
            return _weighed(gtin)
        if gtin.startswith(ranges.gift_card_prefixes):
            return GiftCardCode(gtin)
    if len(gtin) == 14 and gtin.startswith("0"):
        return _digits(gtin[1:], ranges)
    return ProductCode(gtin)


def _marked(mark: Mark, ranges: CodeRanges) -> Code:
    """Goods by the GTIN within; one that is nothing but an EAN-8 filled up with zeros is that EAN-8."""
    short = mark.gtin14[6:]
    found = _digits(short if mark.gtin14 == short.zfill(14) else mark.gtin14, ranges)
    if isinstance(found, ProductCode):
        return ProductCode(found.gtin, mark.raw)
    return UnknownCode(mark.raw[:40], sentence("code.check_digit", text=mark.gtin14))


def _weighed(gtin: str) -> Code:
    """Prefix of 2 digits, PLU of 5, grams of 5, check digit; a label of nothing is a scale's mistake."""
    weight_g = int(gtin[7:12])
    return WeighedCode(gtin[2:7], weight_g) if weight_g else UnknownCode(gtin, sentence("code.no_weight", text=gtin))


def _card_from_qr(number: str, ranges: CodeRanges) -> Code:
    if number.isascii() and number.isdigit() and len(number) == 13 and number.startswith(ranges.card_prefixes):
        if gtin_is_valid(number):
            return CardCode(number)
        return UnknownCode(number, sentence("code.check_digit", text=number))
    return UnknownCode(number[:40], sentence("code.unknown", text=shortened(number)))


def _coupon(code: str, ranges: CodeRanges) -> Code | None:
    """A promo code of the programme or a coupon with a right check character, in any spelling; None: neither.

    Only what was typed as it stands can be a coupon with a mistake: another layout is a guess that must prove itself.
    """
    meant = readings(code)
    word = next((reading for reading in meant if reading in ranges.promo_words), None)
    whole = word or whole_coupon(meant)
    if whole:
        return CouponCode(whole)
    if looks_like_coupon(meant[0]):
        return UnknownCode(meant[0][:_SHOWN_CHARS], sentence("code.check_digit", text=shortened(meant[0])))
    return None


def whole_coupon(meant: tuple[str, str, str]) -> str | None:
    """The first of the Latin readings that has a coupon's form and a right check character."""
    fits = (code for code in meant[:2] if _COUPON.fullmatch(code) and check_char(code[2:-1]) == code[-1])
    return next(fits, None)


def looks_like_coupon(folded_code: str) -> bool:
    """Whether this is a coupon, or was one before a mistake in reading it."""
    return bool(_LIKE_COUPON.fullmatch(folded_code))


def shortened(code: str) -> str:
    """A code as a sentence may show it."""
    return code if len(code) <= _SHOWN_CHARS else f"{code[: _SHOWN_CHARS - 1]}…"


def receipt_number(text: str, terminal: str = "") -> str:
    """A receipt number in full from what was typed: `t1-7` is `T1-000007`, and `7` is this terminal's (`T1`) seventh.

    Anything else comes back as it is, in capitals.
    """
    typed = text.strip().upper().removeprefix("KR:")
    if typed.isascii() and typed.isdigit() and terminal:
        typed = f"{terminal}-{typed}"
    found = _RECEIPT.fullmatch(typed)
    if found is None:
        return typed
    place, number = found.group(1).split("-")
    return f"{place}-{int(number):06d}"


def gtin_check_digit(body: str) -> str:
    """The GS1 check digit for the digits before it."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def gtin_is_valid(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) > 1 and gtin_check_digit(code[:-1]) == code[-1]


def check_char(body: str) -> str:
    """The ISO/IEC 7064 MOD 37,36 check character for digits and capital letters."""
    check = 36
    for char in body:
        check = (check + _ALPHABET.index(char)) % 36 or 36
        check = check * 2 % 37
    return _ALPHABET[(37 - check) % 36]


def card_number(prefix: str, counter: int) -> str:
    """A 13-digit card number: prefix, counter padded to fill 12 digits, check digit."""
    body = prefix + str(counter).zfill(12 - len(prefix))
    if len(body) != 12:
        raise ValueError("the counter does not fit behind the prefix")
    return body + gtin_check_digit(body)


def parse_phone(text: str, country: str = "7") -> str | None:
    """A phone number in E.164 (`+79031234567`) from any spelling, or None.

    Eleven digits from 8 or 7, or ten digits, are a number of the home country (Russian numbering plan:
    national numbers have ten digits and begin with 3, 4, 8 or 9); with `+` or `00`, any country's 8 to 15 digits,
    those of +7 in Kazakhstan (6, 7) too. `+8 9…` is a home number written so by mistake: no country has +89.
    """
    if len(text) > 40:
        return None
    cleaned = _PHONE_NOISE.sub("", text.strip())
    international = cleaned.startswith(("+", "00"))
    digits = cleaned.removeprefix("+").removeprefix("00") if international else cleaned
    if not (digits.isascii() and digits.isdigit()):
        return None
    if not international or (digits.startswith("89") and len(digits) == 11):
        return _national(digits, country)
    if digits.startswith(country):
        return f"+{digits}" if len(digits) == 11 and digits[1] in "346789" else None
    return f"+{digits}" if 8 <= len(digits) <= 15 and digits[0] != "0" else None


def _national(digits: str, country: str) -> str | None:
    if len(digits) == 11 and digits[0] in ("8", country):
        digits = digits[1:]
    elif digits.startswith("89"):
        return None  # no national number begins so: it is 8, then a mobile number with a digit missing
    return f"+{country}{digits}" if len(digits) == 10 and digits[0] in "3489" else None


def _as_phone(code: str) -> str | None:
    """A run of digits with a bad check digit is a phone only in the 00 7 spelling."""
    return parse_phone(code) if code.startswith("007") else None
