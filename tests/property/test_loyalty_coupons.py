"""Laws of coupons: no slip passes, no bit of a signed one can be changed, any spelling is one code, nothing raises."""

from base64 import b32decode, b32encode
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loyalty.codes import CodeRanges, CouponCode, check_char, classify
from loyalty.coupons.codes import (
    SIGNED_CHARS,
    Ticket,
    issued_code,
    read_ticket,
    series_code,
    shop_mark,
    signed_code,
    signed_parts,
    ticket_bytes,
    to_sign,
)
from loyalty.coupons.reading import Coupon, Refused, Shop, believed, read_coupon
from loyalty.coupons.series import CouponSeries
from loyalty.spelling import folded, readings
from tests.support.loyalty_samples import fits

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPRING = CouponSeries("spring", "Весна", "Spring", "series", code="SPRING")
GIFT = CouponSeries("gift", "Подарок", "Gift", "signed", code="GIFT", uses="single")
SUMMER = CouponSeries("summer", "Лето", "Summer", "promo", ("LETO25", folded("ЗИМА25")))
ALL = (SPRING, GIFT, SUMMER)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()


def verify(message: bytes, signature: bytes) -> bool:
    try:
        KEY.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


SHOP = Shop(PUBLIC, verify)
GOOD = ticket_bytes(Ticket("GIFT", "0a0b0c0d0e0f", "2026-12-31", "", shop_mark(PUBLIC)))
SIGNED = signed_code(GOOD, KEY.sign(to_sign(GOOD)))

serials = st.text(ALPHABET, min_size=10, max_size=10)
receipts = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
days = st.integers(0, 65_534).map(lambda count: (date(2020, 1, 1) + timedelta(count)).isoformat())
hexes = st.binary(min_size=4, max_size=4).filter(any).map(bytes.hex)
tickets = st.builds(
    Ticket,
    st.text(ALPHABET, min_size=1, max_size=8),
    st.binary(min_size=6, max_size=6).map(bytes.hex),
    st.just("") | days,
    st.just("") | hexes,
    st.binary(min_size=3, max_size=3).map(bytes.hex),
)


def typed_in_russian(code: str) -> str:
    """The code as the same keys give it in the Russian layout."""
    keys = dict(zip("QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", strict=True))
    return "".join(keys.get(char, char) for char in code)


@given(serials, st.integers(0, 18), st.sampled_from(ALPHABET))
def test_any_wrong_character_of_a_series_coupon_is_noticed(serial, place, other):
    code = series_code("SPRING", serial)
    wrong = code[:place] + other + code[place + 1 :]
    assert isinstance(read_coupon(wrong, ALL, SHOP), Refused) is (wrong != code)


@given(receipts, st.integers(1, 20), st.integers(0, 17))
def test_any_swap_of_neighbours_in_an_issued_coupon_is_noticed(receipt_id, n, place):
    code = issued_code("SPRING", receipt_id, n)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert isinstance(read_coupon(wrong, ALL, SHOP), Refused) is (wrong != code)


@given(receipts, st.integers(0, 18))
def test_a_character_left_out_of_an_issued_coupon_is_noticed(receipt_id, place):
    code = issued_code("SPRING", receipt_id, 1)
    assert isinstance(read_coupon(code[:place] + code[place + 1 :], ALL, SHOP), Refused)


@given(receipts, st.integers(1, 20))
def test_an_issued_coupon_is_read_back_and_typed_in_either_layout(receipt_id, n):
    code = issued_code("SPRING", receipt_id, n)
    found = read_coupon(code, ALL, None)
    assert isinstance(found, Coupon)
    assert (found.series, found.code, len(code)) == ("spring", code, 19)
    assert read_coupon(typed_in_russian(code), ALL, None) == found
    assert classify(typed_in_russian(code).lower(), CodeRanges()) == CouponCode(code)


@given(tickets)
def test_a_ticket_is_read_back_as_it_was_written(ticket):
    written = ticket_bytes(ticket)
    assert len(written) == 21
    assert read_ticket(written) == ticket
    code = signed_code(written, bytes(64))
    assert len(code) == SIGNED_CHARS
    assert signed_parts(code) == (written, bytes(64))


@given(st.integers(0, 85 * 8 - 1))
def test_any_bit_of_a_signed_coupon_turned_is_refused_even_with_its_check_mended(bit):
    data = bytearray(b32decode(SIGNED[2:-1]))
    data[bit // 8] ^= 1 << bit % 8
    body = b32encode(bytes(data)).decode()
    assert isinstance(read_coupon(SIGNED, ALL, SHOP), Coupon)
    assert isinstance(read_coupon(f"KS{body}{check_char(body)}", ALL, SHOP), Refused)


@given(st.integers(0, SIGNED_CHARS - 1), st.sampled_from(ALPHABET))
def test_any_wrong_character_of_a_signed_coupon_is_noticed(place, other):
    wrong = SIGNED[:place] + other + SIGNED[place + 1 :]
    assert isinstance(read_coupon(wrong, ALL, SHOP), Refused) is (wrong != SIGNED)


@given(st.binary(min_size=85, max_size=85))
def test_bytes_nobody_signed_are_refused_and_break_nothing(data):
    body = b32encode(data).decode()
    code = f"KS{body}{check_char(body)}"
    assert isinstance(read_coupon(code, ALL, SHOP), Refused)
    read = believed(code, ALL)
    assert read is None or read.series == "gift"


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text):
    once = folded(text)
    assert folded(once) == once
    assert readings(text)[0] == once


@given(st.sampled_from(["LETO25", "ЗИМА25"]), st.data())
def test_a_promo_code_is_one_in_any_spelling(word, data):
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", "\u00a0", "\u2013"]), min_size=6, max_size=6))
    small = data.draw(st.lists(st.booleans(), min_size=6, max_size=6))
    russian = str.maketrans("ETO", "ЕТО")
    chars = [char.lower() if low else char for char, low in zip(word.translate(russian), small, strict=True)]
    found = read_coupon("".join(char + gap for char, gap in zip(chars, gaps, strict=True)), ALL, None)
    assert isinstance(found, Coupon)
    assert found.code == folded(word)


@given(st.text() | st.text(alphabet=ALPHABET + "КСРО -", max_size=30).map("KC".__add__))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    found = read_coupon(text, ALL, SHOP)
    assert isinstance(found, Coupon) or fits(found.why)
    assert believed(text, ALL) == (found if isinstance(found, Coupon) else None)
