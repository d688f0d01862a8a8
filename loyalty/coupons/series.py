"""A series of coupons as a programme describes it: `[[coupon]]`, kind, words or code, days and limits."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

import msgspec

from loyalty.codes import CodeRanges, UnknownCode, classify
from loyalty.coupons.codes import SERIAL_CHARS
from loyalty.documents.section import ID, Section
from loyalty.sentences import sentence
from loyalty.spelling import folded

Kind = Literal["promo", "series", "signed"]
Uses = Literal["single", "many"]

MIN_WORD_CHARS = 4
MAX_WORD_CHARS = 24
MAX_PER_MEMBER = 1000
CODE = re.compile(r"[0-9A-Z]{2,8}")
"""What follows KC or KS: 2 to 8 capitals and digits."""
_KINDS: tuple[Kind, ...] = ("promo", "series", "signed")
_USES: tuple[Uses, ...] = ("single", "many")
_WORD = re.compile(rf"(?=.*[^0-9])[0-9A-ZА-Я]{{{MIN_WORD_CHARS},{MAX_WORD_CHARS}}}")
"""A letter at least, for digits alone are goods, cards and phones."""

SENTENCES = {
    "coupons.word": ("промокод «{word}» не подходит", "the promo code “{word}” does not fit"),
    "coupons.word.mend": (
        "от {low} до {high} букв и цифр, хотя бы одна буква, и не похоже на другой код",
        "{low} to {high} letters and digits, a letter among them, and unlike any other code",
    ),
    "coupons.no_words": ("не названо ни одного промокода", "no promo code is named"),
    "coupons.no_words.mend": ('например, words = ["LETO25"]', 'as in words = ["LETO25"]'),
    "coupons.order": ("конец раньше начала", "it ends before it begins"),
    "coupons.order.mend": ("last не раньше first", "let last be no earlier than first"),
    "coupons.same_word": ("промокод «{word}» есть и в серии «{id}»", "the promo code “{word}” is in series “{id}” too"),
    "coupons.same_word.mend": ("оставьте его в одной серии", "keep it in one series"),
    "coupons.same_code": (
        "код «{code}» не отличить от кода серии «{id}»",
        "the code “{code}” cannot be told from that of series “{id}”",
    ),
    "coupons.same_code.mend": ("дайте серии другой код", "give the series another code"),
}


class CouponSeries(msgspec.Struct, frozen=True):
    """Coupons of one sort.

    `promo`: words typed by hand, folded. `series`: `KC` codes of `code` and a serial. `signed`: `KS` codes of `code`,
    always single. Days are ISO dates by the store's clock, both included, empty is open. `per_member` limits one
    member's uses of the whole series, 0 is no limit.
    """

    id: str
    name_ru: str
    name_en: str
    kind: Kind
    words: tuple[str, ...] = ()
    code: str = ""
    serial_chars: int = SERIAL_CHARS
    uses: Uses = "many"
    first: str = ""
    last: str = ""
    per_member: int = 0

    @classmethod
    def read(cls, section: Section) -> "CouponSeries":
        """One `[[coupon]]`; what is wrong is noted. `finish` is the caller's."""
        id = section.form("id", ID, "spring")
        name = section.required("name", '{ ru = "…", en = "…" }')
        ru, en = name.text("ru"), name.text("en")
        name.finish()
        kind = section.choice("kind", _KINDS)
        words = _words(section) if kind == "promo" else ()
        code = section.form("code", CODE, "SPRING") if kind != "promo" else ""
        serial_chars = section.whole("serial_chars", 4, 11, SERIAL_CHARS) if kind == "series" else SERIAL_CHARS
        uses = "single" if kind == "signed" else section.choice("uses", _USES, "many")
        first, last = section.date("first"), section.date("last")
        if first and last and last < first:
            section.note("last", sentence("coupons.order"), sentence("coupons.order.mend"))
        per_member = section.whole("per_member", 0, MAX_PER_MEMBER, 0)
        return cls(id, ru, en, kind, words, code, serial_chars, uses, first, last, per_member)


def _words(section: Section) -> tuple[str, ...]:
    words = section.texts("words")
    if not words:
        section.note("words", sentence("coupons.no_words"), sentence("coupons.no_words.mend"))
    mend = sentence("coupons.word.mend", low=MIN_WORD_CHARS, high=MAX_WORD_CHARS)
    for place, word in enumerate(words, start=1):
        if word and not word_fits(word):
            section.note(f"words[{place}]", sentence("coupons.word", word=word[:40]), mend)
    return tuple(map(folded, words))


def word_fits(word: str) -> bool:
    """Whether a word can be a promo code: letters and digits, and no card, receipt or coupon by its form."""
    found = classify(word, CodeRanges())
    free = isinstance(found, UnknownCode) and found.why.code == "code.unknown"
    return free and bool(_WORD.fullmatch(folded(word)))


def note_clashes(top: Section, series: Sequence[CouponSeries]) -> None:
    """Note every series whose codes could be taken for another's; ids are the caller's."""
    for (number, one), (_, other) in _pairs(series):
        for word in sorted(set(one.words) & set(other.words)):
            what = sentence("coupons.same_word", word=word, id=other.id)
            top.note(f"coupon[{number}].words", what, sentence("coupons.same_word.mend"))
        if one.code and one.kind == other.kind and _alike(one, other):
            what = sentence("coupons.same_code", code=one.code, id=other.id)
            top.note(f"coupon[{number}].code", what, sentence("coupons.same_code.mend"))


def _pairs(
    series: Sequence[CouponSeries],
) -> Iterator[tuple[tuple[int, CouponSeries], tuple[int, CouponSeries]]]:
    """Every series with each one before it."""
    for earlier, later in combinations(enumerate(series, start=1), 2):
        yield later, earlier


def _alike(one: CouponSeries, other: CouponSeries) -> bool:
    """The same code; or, for series, one that begins with the other where both are of one length in all."""
    if one.kind == "signed":
        return one.code == other.code
    same_length = len(one.code) + one.serial_chars == len(other.code) + other.serial_chars
    return same_length and (one.code.startswith(other.code) or other.code.startswith(one.code))


def promo_words(series: Sequence[CouponSeries]) -> tuple[str, ...]:
    """For `CodeRanges.promo_words`."""
    return tuple(word for each in series for word in each.words)
