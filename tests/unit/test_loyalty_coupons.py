"""Coupons: which text is which coupon, and every reason why one is not taken, each in a sentence of its own."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.codes import MAX_CODE_CHARS, CodeRanges, CouponCode, UnknownCode, check_char, classify, is_scan
from loyalty.coupons.codes import (
    LAST_EXPIRY,
    SIGNED_CHARS,
    Ticket,
    holder_mark,
    issued_code,
    series_code,
    shop_mark,
    signed_code,
    ticket_bytes,
    to_sign,
)
from loyalty.coupons.reading import Coupon, Refused, Shop, believed, coupon_id, read_coupon, unusable
from loyalty.coupons.series import CouponSeries, note_clashes, promo_words, word_fits
from loyalty.documents.section import Notes, Section
from loyalty.explain import TEMPLATES
from loyalty.sentences import say
from loyalty.spelling import folded, readings
from tests.support.loyalty_samples import fits

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
MARIA, IVAN = "02" * 16, "03" * 16
SUMMER = CouponSeries("summer", "Лето", "Summer", "promo", ("LETO25", folded("ЗИМА25")))
SPRING = CouponSeries("spring", "Весна", "Spring", "series", code="SPRING", uses="single")
GIFT = CouponSeries("gift", "Подарок", "Gift", "signed", code="GIFT", uses="single")
ALL = (SUMMER, SPRING, GIFT)


def public_hex(key):
    return key.public_key().public_bytes_raw().hex()


def shop_of(key):
    def verify(message, signature):
        try:
            key.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return Shop(public_hex(key), verify)


SHOP = shop_of(KEY)


def signed(key=KEY, series="GIFT", serial="0a0b0c0d0e0f", expires="2026-12-31", holder="", shop=None):
    written = ticket_bytes(Ticket(series, serial, expires, holder, shop or shop_mark(public_hex(key))))
    return signed_code(written, key.sign(to_sign(written)))


def with_check(body):
    """A whole signed code from its characters without the check character: as a forger would mend it."""
    return f"KS{body}{check_char(body)}"


def why(found):
    """The code of the refusal's sentence, which must have both languages."""
    said = found.why if isinstance(found, Refused | UnknownCode) else found
    assert fits(said)
    return said.code


class TestSpelling:
    @pytest.mark.parametrize("text", ["leto25", " Leto-25 ", "LETO 25", "lе\u00a0tо25", "leto\u201325"])
    def test_case_gaps_and_look_alike_letters_make_no_difference(self, text):
        assert folded(text) == "LETO25"

    def test_every_russian_capital_that_looks_like_a_latin_one_is_that_one(self):
        assert folded("авеёкмнорстух") == "ABEEKMHOPCTYX"

    def test_a_word_typed_in_the_other_layout_is_among_its_readings(self):
        # On a keyboard L E T O stand on Д У Е Щ, and Л Е Т О on K T N J.
        assert readings("дуещ25")[1] == "LETO25"
        assert readings("ktnj25")[2] == folded("лето25")

    def test_letters_on_the_keys_of_punctuation_are_known_with_shift_and_without(self):
        # Хлеб is typed on the keys [ k t , and, all capitals by shift, { K T <.
        assert readings("[kt,1")[2] == readings("{KT<1")[2] == folded("хлеб1")


class TestPromo:
    @pytest.mark.parametrize("text", ["LETO25", "leto-25", "LЕТО 25", "дуещ25", "Leto 25"])
    def test_a_word_is_known_in_any_spelling(self, text):
        found = read_coupon(text, ALL, None)
        assert found == Coupon(coupon_id("promo", "LETO25", ""), "summer", "promo", "LETO25")

    @pytest.mark.parametrize("text", ["ЗИМА25", "зима 25", "pbvf25"])
    def test_a_russian_word_is_known_in_any_spelling(self, text):
        found = read_coupon(text, ALL, None)
        assert isinstance(found, Coupon)
        assert found.series == "summer"

    @pytest.mark.parametrize("text", ["LETO26", "", "scarf", "x" * (MAX_CODE_CHARS + 1), "4006381333931"])
    def test_a_word_of_no_series_is_refused(self, text):
        assert why(read_coupon(text, ALL, SHOP)) == "coupon.none"

    def test_the_till_knows_a_word_only_where_the_programme_names_it(self):
        assert classify("leto25", CodeRanges(promo_words=promo_words(ALL))) == CouponCode("LETO25")
        assert is_scan("LETO25", CodeRanges(promo_words=promo_words(ALL)))
        assert isinstance(classify("leto25", CodeRanges()), UnknownCode)


class TestSeries:
    def test_a_code_in_any_spelling_is_a_coupon_of_its_series(self):
        code = series_code("SPRING", "0123456789")
        for text in (code, code.lower(), f"{code[:4]} {code[4:10]}-{code[10:]}", code.replace("KC", "КС")):
            found = read_coupon(text, ALL, None)
            assert found == Coupon(coupon_id("series", "SPRING", "0123456789"), "spring", "series", code, "0123456789")
            assert classify(text, CodeRanges()) == CouponCode(code)

    def test_a_code_typed_in_the_russian_layout_is_the_same_coupon(self):
        code = series_code("SPRING", "0000000042")
        # The keys of K C S P R I N G in ЙЦУКЕН, the digits where they are; the check character may be a letter too.
        check = dict(zip("KCSPRINGABDEFHJLMOQTUVWXYZ", "ЛСЫЗКШТПФИВУАРОДЬЩЙЕГМЦЧНЯ", strict=True)).get(
            code[-1], code[-1]
        )
        found = read_coupon(f"ЛСЫЗКШТП0000000042{check}", ALL, None)
        assert isinstance(found, Coupon)
        assert found.code == code

    def test_an_article_number_is_no_coupon_by_way_of_the_other_layout(self):
        # R, C and T are the keys of К, С and Е, which look like the letters of the coupon KC00000042E.
        assert isinstance(classify("KC00000042E", CodeRanges()), CouponCode)
        assert isinstance(classify("RC00000042T", CodeRanges()), UnknownCode)

    def test_a_slip_is_said_to_be_one(self):
        code = series_code("SPRING", "0123456789")
        wrong = code.replace("6", "7")
        assert why(read_coupon(wrong, ALL, None)) == "coupon.misread"
        assert why(classify(wrong, CodeRanges())) == "code.check_digit"

    @pytest.mark.parametrize(
        ("series", "serial"), [("AUTUMN", "0123456789"), ("SPRING", "012345678"), ("GIFT", "0123456789")]
    )
    def test_a_series_the_programme_does_not_have_is_refused(self, series, serial):
        assert why(read_coupon(series_code(series, serial), ALL, None)) == "coupon.no_series"

    def test_a_code_ends_where_code_128_and_the_till_still_take_it(self):
        assert len(series_code("SPRING7X", "0123456789")) == 21
        longest = series_code("SPRING7X", "0123456789A")
        assert len(longest) == 22
        assert classify(longest, CodeRanges()) == CouponCode(longest)

    def test_a_coupon_of_a_receipt_is_the_same_whenever_it_is_worked_out(self):
        first = issued_code("SPRING", "aa" * 16, 1)
        assert issued_code("SPRING", "aa" * 16, 1) == first
        assert first.startswith("KCSPRING")
        assert len(first) == 2 + 6 + 10 + 1
        others = {
            issued_code("SPRING", "aa" * 16, 2),
            issued_code("SPRING", "ab" * 16, 1),
            issued_code("SUMMER", "aa" * 16, 1),
        }
        assert len({first} | others) == 4

    def test_a_serial_that_would_hide_a_swap_is_passed_over(self):
        # J (19) brings MOD 37,36 to 19*2-37=1. Then H (17): (1+17)*2=36, and I (18): (36+18-36)*2=36; or first
        # I: (1+18)*2-37=1, then H: (1+17)*2=36. The check cannot tell them: one pair in 630 is left to the issuer.
        assert check_char("JHI") == check_char("JIH")
        codes = [issued_code("SPRING", f"{number:032x}", 1) for number in range(300)]
        for code in codes:
            for place in range(7, len(code) - 1):
                swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
                assert swapped == code or check_char(swapped[2:-1]) != swapped[-1]


class TestSigned:
    def test_a_coupon_is_read_with_the_public_key_alone(self):
        code = signed(holder=holder_mark(MARIA, "GIFT", "0a0b0c0d0e0f"))
        assert len(code) == SIGNED_CHARS == 139
        found = read_coupon(code.lower(), ALL, SHOP)
        assert isinstance(found, Coupon)
        assert (found.series, found.kind, found.serial, found.expires) == (
            "gift",
            "signed",
            "0a0b0c0d0e0f",
            "2026-12-31",
        )
        assert found.id == coupon_id("signed", "GIFT", "0a0b0c0d0e0f")
        assert classify(code, CodeRanges()) == CouponCode(code)

    def test_the_bytes_are_those_of_the_description(self):
        # G I F T are 17 19 16 30 counted from 1 (digits first): ((17*36+19)*36+16)*36+30 = 818,382 = 0c7cce.
        # 2026-12-31 is day 2,557 from 2020-01-01 as 1: seven years with leap days in 2020 and 2024; 2,557 = 09fd.
        written = ticket_bytes(Ticket("GIFT", "0a0b0c0d0e0f", "2026-12-31", "01020304", "aabbcc"))
        assert written.hex() == "0000000c7cce" + "0a0b0c0d0e0f" + "09fd" + "01020304" + "aabbcc"

    def test_an_altered_character_is_a_reading_mistake_to_anyone(self):
        code = signed()
        altered = code[:50] + ("A" if code[50] != "A" else "B") + code[51:]
        assert why(read_coupon(altered, ALL, SHOP)) == "coupon.misread"
        assert why(classify(altered, CodeRanges())) == "code.check_digit"

    @pytest.mark.parametrize("chars", [62, 138])
    def test_a_code_cut_short_is_misread(self, chars):
        assert why(read_coupon(signed()[:chars], ALL, SHOP)) == "coupon.misread"

    def test_a_coupon_with_its_check_mended_is_forged(self):
        body = signed()[2:-1]
        mended = with_check(body[:50] + ("A" if body[50] != "A" else "B") + body[51:])
        assert why(read_coupon(mended, ALL, SHOP)) == "coupon.forged"

    def test_a_coupon_signed_by_a_key_that_names_our_shop_is_forged(self):
        assert why(read_coupon(signed(OTHER_KEY, shop=shop_mark(public_hex(KEY))), ALL, SHOP)) == "coupon.forged"

    def test_a_coupon_of_another_company_is_told_from_a_forged_one(self):
        assert why(read_coupon(signed(OTHER_KEY), ALL, SHOP)) == "coupon.other_shop"

    def test_a_signature_for_another_purpose_makes_no_coupon(self):
        written = ticket_bytes(Ticket("GIFT", "0a" * 6, "", "", shop_mark(public_hex(KEY))))
        assert why(read_coupon(signed_code(written, KEY.sign(written)), ALL, SHOP)) == "coupon.forged"

    def test_a_till_without_a_head_office_cannot_check_it(self):
        assert why(read_coupon(signed(), ALL, None)) == "coupon.no_key"

    @pytest.mark.parametrize("series", ["AUTUMN", "SPRING"])
    def test_a_series_that_is_no_signed_one_of_the_programme_is_refused(self, series):
        assert why(read_coupon(signed(series=series), ALL, SHOP)) == "coupon.no_series"

    def test_a_second_signature_does_not_make_a_used_coupon_new(self):
        found = [read_coupon(signed(expires=expires), ALL, SHOP) for expires in ("2026-12-31", "2027-12-31", "")]
        assert len({each.id for each in found if isinstance(each, Coupon)}) == 1

    def test_the_last_day_may_be_the_limit_and_no_later(self):
        ticket = Ticket("GIFT", "0a" * 6, LAST_EXPIRY, "", "aabbcc")
        assert ticket_bytes(ticket)[12:14] == b"\xff\xff"
        for expires in ("2199-06-06", "2019-12-31"):
            with pytest.raises(ValueError):
                ticket_bytes(Ticket("GIFT", "0a" * 6, expires, "", "aabbcc"))

    @pytest.mark.parametrize(
        "ticket",
        [
            Ticket("", "0a" * 6, "", "", "aabbcc"), Ticket("ABCDEFGHI", "0a" * 6, "", "", "aabbcc"),
            Ticket("gift", "0a" * 6, "", "", "aabbcc"), Ticket("GIFT", "0a" * 5, "", "", "aabbcc"),
            Ticket("GIFT", "0a" * 6, "", "0102", "aabbcc"), Ticket("GIFT", "0a" * 6, "", "", ""),
        ],
    )  # fmt: skip
    def test_a_field_that_does_not_fit_is_an_error_of_the_issuer(self, ticket):
        with pytest.raises(ValueError):
            ticket_bytes(ticket)

    def test_a_series_of_eight_characters_fits_and_is_read_back(self):
        series = CouponSeries("long", "Длинная", "Long", "signed", code="ZZZZZZZZ", uses="single")
        assert isinstance(read_coupon(signed(series="ZZZZZZZZ"), (series,), SHOP), Coupon)


class TestUse:
    def read(self, text):
        found = read_coupon(text, ALL, SHOP)
        assert isinstance(found, Coupon)
        return found

    @pytest.mark.parametrize(
        ("today", "told"),
        [("2026-05-31", "coupon.not_yet"), ("2026-06-01", None), ("2026-08-31", None), ("2026-09-01", "coupon.over")],
    )
    def test_a_series_has_its_first_and_last_day(self, today, told):
        series = CouponSeries("summer", "Лето", "Summer", "promo", ("LETO25",), first="2026-06-01", last="2026-08-31")
        said = unusable(self.read("LETO25"), series, today, frozenset(), None)
        assert (said and why(said)) == told

    @pytest.mark.parametrize(("today", "told"), [("2026-12-31", None), ("2027-01-01", "coupon.expired")])
    def test_a_signed_coupon_is_good_through_its_own_last_day(self, today, told):
        said = unusable(self.read(signed()), GIFT, today, frozenset(), None)
        assert (said and why(said)) == told

    def test_a_single_coupon_is_used_once_and_a_promo_code_again_and_again(self):
        for text, series, told in (
            (signed(), GIFT, "coupon.spent"),
            (series_code("SPRING", "0123456789"), SPRING, "coupon.spent"),
            ("LETO25", SUMMER, None),
        ):
            coupon = self.read(text)
            assert unusable(coupon, series, "2026-07-01", frozenset(), MARIA) is None
            said = unusable(coupon, series, "2026-07-01", frozenset({coupon.id}), MARIA)
            assert (said and why(said)) == told

    @pytest.mark.parametrize(
        ("account", "told"), [(MARIA, None), (IVAN, "coupon.other_member"), (None, "coupon.needs_member")]
    )
    def test_a_personal_coupon_is_its_member_s_alone(self, account, told):
        coupon = self.read(signed(holder=holder_mark(MARIA, "GIFT", "0a0b0c0d0e0f")))
        said = unusable(coupon, GIFT, "2026-07-01", frozenset(), account)
        assert (said and why(said)) == told

    @pytest.mark.parametrize(
        ("account", "uses", "told"),
        [(MARIA, 1, None), (MARIA, 2, "coupon.member_limit"), (None, 0, "coupon.needs_member")],
    )
    def test_a_limit_per_member_needs_a_member_and_holds(self, account, uses, told):
        series = CouponSeries("summer", "Лето", "Summer", "promo", ("LETO25",), per_member=2)
        said = unusable(self.read("LETO25"), series, "2026-07-01", frozenset(), account, uses)
        assert (said and why(said)) == told

    def test_the_sentences_name_the_coupon_and_what_to_do(self):
        series = CouponSeries("summer", "Лето", "Summer", "promo", ("LETO25",), last="2026-08-31", per_member=2)
        coupon = self.read("LETO25")
        over = unusable(coupon, series, "2026-09-01", frozenset(), None)
        often = unusable(coupon, series, "2026-07-01", frozenset(), MARIA, 2)
        assert over
        assert often
        assert say(over, "ru", TEMPLATES) == "Купон «Лето» действовал до 31.08.2026"
        assert say(often, "ru", TEMPLATES) == "Купон «Лето»: участник использовал его 2 раза, больше нельзя"
        assert say(often, "en", TEMPLATES) == "Coupon “Summer”: the member has used it 2 times, and no more are allowed"
        misread = read_coupon(signed()[:100], ALL, SHOP)
        assert isinstance(misread, Refused)
        assert len(say(misread.why, "ru", TEMPLATES)) < 120


class TestSeriesOfAReceipt:
    def test_codes_on_a_receipt_name_their_series_without_the_key(self):
        codes = ("LETO25", series_code("SPRING", "0123456789"), signed(OTHER_KEY), signed(series="AUTUMN"), "SCARF")
        read = [believed(code, ALL) for code in codes]
        assert [each and each.series for each in read] == ["summer", "spring", "gift", None, None]


class TestDescription:
    def read(self, **table):
        notes = Notes("en", TEMPLATES)
        section = Section(table, "coupon[1]", notes)
        series = CouponSeries.read(section)
        section.finish()
        return series, [str(problem) for problem in notes.problems]

    def test_each_kind_is_read_with_its_own_keys(self):
        name = {"ru": "Лето", "en": "Summer"}
        promo = {"kind": "promo", "words": ["Leto-25", "Зима 25"], "first": "2026-06-01", "last": "2026-08-31"}
        assert self.read(id="summer", name=name, **promo, per_member=1) == (
            CouponSeries(
                "summer", "Лето", "Summer", "promo", ("LETO25", folded("ЗИМА25")), first="2026-06-01",
                last="2026-08-31", per_member=1,
            ),
            [],
        )  # fmt: skip
        assert self.read(id="spring", name=name, kind="series", code="SPRING", serial_chars=8, uses="single") == (
            CouponSeries("spring", "Лето", "Summer", "series", code="SPRING", serial_chars=8, uses="single"),
            [],
        )
        assert self.read(id="gift", name=name, kind="signed", code="GIFT") == (
            CouponSeries("gift", "Лето", "Summer", "signed", code="GIFT", uses="single"),
            [],
        )

    def test_every_mistake_is_told_with_its_place(self):
        name = {"ru": "Лето", "en": "Summer"}
        _, problems = self.read(id="Summer", name=name, kind="promo", words=["KC00000042E", "123456", "abc"], code="X")
        assert [problem.partition(":")[0] for problem in problems] == [
            "coupon[1].id", "coupon[1].words[1]", "coupon[1].words[2]", "coupon[1].words[3]", "coupon[1].code",
        ]  # fmt: skip
        _, problems = self.read(
            id="gift", name=name, kind="signed", code="gift", uses="many", first="2026-06-02", last="2026-06-01"
        )
        assert [problem.partition(":")[0] for problem in problems] == [
            "coupon[1].code", "coupon[1].last", "coupon[1].uses",
        ]  # fmt: skip
        _, problems = self.read(id="gift", name=name, kind="promo")
        assert problems == ['coupon[1].words: no promo code is named; as in words = ["LETO25"]']

    @pytest.mark.parametrize(
        ("word", "fit"),
        [
            ("LETO", True), ("ABC", False), ("A" * 24, True), ("A" * 25, False), ("2026", False), ("2026A", True),
            ("T1-0007", False), ("ЛЕТО", True), ("SUMMER!", False), ("+79031234567", False), ("KPL:299", False),
        ],
    )  # fmt: skip
    def test_a_promo_code_is_a_word_like_no_other_code(self, word, fit):
        assert word_fits(word) is fit

    def test_series_that_could_be_taken_for_one_another_are_told(self):
        def clashes(*series):
            notes = Notes("en", TEMPLATES)
            note_clashes(Section({}, "", notes), series)
            return [problem.path for problem in notes.problems]

        def of(kind, code, serial_chars=10):
            return CouponSeries(code.lower(), "а", "a", kind, code=code, serial_chars=serial_chars)

        assert clashes(*ALL) == []
        assert clashes(SUMMER, CouponSeries("winter", "Зима", "Winter", "promo", ("LETO25",))) == ["coupon[2].words"]
        assert clashes(of("series", "AB"), of("series", "ABC", 9)) == ["coupon[2].code"]
        assert clashes(of("series", "AB"), of("series", "ABC", 10)) == []
        assert clashes(of("signed", "AB"), of("signed", "AB")) == ["coupon[2].code"]
        assert clashes(of("signed", "AB"), of("signed", "ABC"), of("series", "AB")) == []
