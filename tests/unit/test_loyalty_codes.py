"""What a scanned or typed text is."""

import pytest

from loyalty.codes import (
    MAX_CODE_CHARS,
    CardCode,
    CodeRanges,
    CouponCode,
    PhoneCode,
    ProductCode,
    ReceiptCode,
    UnknownCode,
    WeighedCode,
    card_number,
    check_char,
    classify,
    gtin_check_digit,
    gtin_is_valid,
    is_scan,
    parse_phone,
)

CLUB = CodeRanges()


@pytest.mark.parametrize(
    "text",
    [
        "+7 903 123-45-67", "8 (903) 123-45-67", "89031234567", "79031234567", "9031234567", " 903 123 45 67 ",
        "+7(903)1234567", "8-903-123-45-67", "8.903.123.45.67", "007 903 123 45 67",
        "+7\u00a0903\u00a0123\u201145\u201167",
        "8 903 123 – 45 – 67", "+8 903 123 45 67",
    ],
)  # fmt: skip
def test_a_phone_in_any_spelling_is_one_number(text):
    assert parse_phone(text) == "+79031234567"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8 495 123-45-67", "+74951234567"),
        ("8 800 200-60-00", "+78002006000"),
        ("+7 701 123 45 67", "+77011234567"),
        ("+375 29 123-45-67", "+375291234567"),
        ("00 44 20 7946 0958", "+442079460958"),
        ("+86 138 0013 8000", "+8613800138000"),
    ],
)
def test_numbers_of_other_places_keep_their_country(text, number):
    assert parse_phone(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "+", "phone", "12345", "8903123456", "890312345678", "+7903123456", "+790312345678", "7 203 123 45 67",
     "+0123456789",
     "+1234567", "+1234567890123456", "903 123-45-6x", "٩٠٣١٢٣٤٥٦٧", "8" * 41],
)  # fmt: skip
def test_what_is_no_phone_is_refused(text):
    assert parse_phone(text) is None


def test_a_number_read_back_from_its_own_spelling_is_the_same():
    for number in ("+79031234567", "+77011234567", "+375291234567"):
        assert parse_phone(number) == number


def test_a_weighed_label_is_its_plu_and_grams():
    assert classify("2100123004560", CLUB) == WeighedCode("00123", 456)


def test_a_weighed_label_of_nothing_is_refused_with_the_reason():
    body = "210012300000"
    found = classify(body + gtin_check_digit(body), CLUB)
    assert isinstance(found, UnknownCode)
    assert found.why.code == "code.no_weight"


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", "4006381333931"),  # EAN-13
        ("036000291452", "0036000291452"),  # UPC-A is an EAN-13 with a leading zero
        ("96385074", "96385074"),  # EAN-8
        ("04006381333931", "4006381333931"),  # GTIN-14 of the same unit
        ("15400141288763", "15400141288763"),  # GTIN-14 of a case
    ],
)
def test_goods_are_known_by_their_gtin(text, gtin):
    assert classify(text, CLUB) == ProductCode(gtin)


def test_a_wrong_check_digit_says_so():
    found = classify("4006381333932", CLUB)
    assert isinstance(found, UnknownCode)
    assert found.why.code == "code.check_digit"


def test_a_card_is_known_by_its_range_in_bars_and_in_qr():
    number = card_number("299", 17)
    assert number == "2990000000170"
    assert classify(number, CLUB) == CardCode(number)
    assert classify(f"KPL:{number}", CLUB) == classify(f"kpl:{number}", CLUB) == CardCode(number)


def test_a_qr_prefix_in_small_letters_is_the_same_prefix():
    number = card_number("299", 17)
    assert classify(f"KPL:{number}", CodeRanges(qr_prefix="kpl:")) == CardCode(number)


@pytest.mark.parametrize("text", ["KPL:", "KPL:123", "KPL:4006381333931", "KPL:2990000000171"])
def test_a_qr_that_is_no_card_of_ours_is_unknown(text):
    assert isinstance(classify(text, CLUB), UnknownCode)


def test_the_check_character_is_that_of_iso_7064():
    # The example of ISO/IEC 7064 MOD 37,36 in the Global Release Identifier: A1-2425G-ABC1234002-M.
    assert check_char("A12425GABC1234002") == "M"


def test_a_coupon_needs_its_check_character():
    body = "SPRING7"
    assert classify(f"KC{body}{check_char(body)}", CLUB) == CouponCode(f"KC{body}{check_char(body)}")
    wrong = "A" if check_char(body) != "A" else "B"
    assert isinstance(classify(f"KC{body}{wrong}", CLUB), UnknownCode)


@pytest.mark.parametrize("text", ["T12-345", "t12-345", "KR:T12-345", "kr:t12-345"])
def test_a_receipt_number_is_known_typed_and_scanned(text):
    assert classify(text, CLUB) == ReceiptCode("T12-345")


def test_digits_of_another_alphabet_are_no_receipt():
    assert isinstance(classify("T١٢-٣", CLUB), UnknownCode)


def test_a_typed_phone_is_a_phone_but_no_scan():
    assert classify("8 903 123-45-67", CLUB) == PhoneCode("+79031234567")
    assert not is_scan("8 903 123-45-67", CLUB)
    assert is_scan("4006381333931", CLUB)


def test_a_phone_with_two_zeros_before_it_is_a_phone():
    assert classify("0079031234567", CLUB) == PhoneCode("+79031234567")


@pytest.mark.parametrize(("text", "code"), [("", "code.empty"), ("  \t", "code.empty"), ("scarf", "code.unknown")])
def test_what_cannot_be_used_says_why(text, code):
    found = classify(text, CLUB)
    assert isinstance(found, UnknownCode)
    assert found.why.code == code


def test_a_code_may_have_the_limit_of_characters_and_no_more():
    at_limit, over = classify("x" * MAX_CODE_CHARS, CLUB), classify("x" * (MAX_CODE_CHARS + 1), CLUB)
    assert isinstance(at_limit, UnknownCode)
    assert isinstance(over, UnknownCode)
    assert (at_limit.why.code, over.why.code) == ("code.unknown", "code.too_long")


def test_a_card_number_that_does_not_fit_its_range_is_an_error():
    with pytest.raises(ValueError):
        card_number("299", 10**9)
    assert gtin_is_valid(card_number("299", 10**9 - 1))


def test_a_single_digit_is_no_gtin():
    assert not gtin_is_valid("0")
    assert not gtin_is_valid("")


OLD_CARDS = CodeRanges(old_cards=("7702xxxxxxxxxxxx", "46xxxxxxxxxxx", "903xxxxxxx"))


@pytest.mark.parametrize("code", ["7702000011112222", "4600000000000", "4600000000015", "9031234567"])
def test_a_card_of_the_earlier_system_is_a_card_before_it_is_anything_else(code):
    assert classify(code, OLD_CARDS) == CardCode(code)


@pytest.mark.parametrize("code", ["770200001111222", "77020000111122223", "7703000011112222", "770200001111222x"])
def test_a_code_of_another_length_or_beginning_is_no_card_of_the_earlier_system(code):
    assert not isinstance(classify(code, OLD_CARDS), CardCode)
