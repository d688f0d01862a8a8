"""Events: reading what is known, keeping what is not, and finding each one's bucket."""

import msgspec
import pytest
from msgspec.structs import replace

from loyalty.cache_file import finders, key_bytes
from loyalty.events import (
    EVENT_VERSION,
    BankCardRegistered,
    BankCardWithdrawn,
    Consent,
    ConsentChanged,
    Envelope,
    Personal,
    ReturnCompleted,
    SaleCompleted,
    ShiftOpened,
    Unknown,
    account_of,
    bucket_key,
    canonical,
    decode_body,
    decode_envelope,
    encode_event,
    personal_hash,
)
from loyalty.feed import IdentRow
from loyalty.quote import quote
from tests.support.loyalty_samples import SUNDAY, basket, line, member, programme, receipt

RULES = programme()
GUEST = basket(line())
CARD = basket(line(), member=member())
SHIFT = ShiftOpened("aa" * 16, 7, "s1", "Анна")


def sold(of):
    return receipt(quote(of, RULES, SUNDAY), of)


def test_a_type_of_the_future_is_kept_and_not_read():
    raw = canonical({"v": 1, "id": "e1", "type": "draw_held", "at_ms": 1, "body": {"anything": [1]}})
    assert decode_body(decode_envelope(raw)) == Unknown("draw_held", 1)


def test_a_version_of_the_future_is_kept_and_not_read():
    envelope = decode_envelope(encode_event(SHIFT, "e1", 1))
    assert decode_body(replace(envelope, v=EVENT_VERSION + 1)) == Unknown("shift_opened", EVENT_VERSION + 1)


def test_a_field_of_the_future_is_no_mistake():
    raw = encode_event(SHIFT, "e1", 1).replace(b'"shift_no"', b'"new":{},"shift_no"')
    assert decode_body(decode_envelope(raw)) == SHIFT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"v":1}',
        b"\xff",
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000,
        b'{"v":1,"id":"\xb0"}',
    ],
)
def test_bytes_that_are_no_event_are_told_by_one_error(raw):
    with pytest.raises(msgspec.MsgspecError):
        decode_envelope(raw)


def test_a_body_nested_too_deep_or_not_in_utf_8_is_told_by_the_same_error():
    for body in (b'{"type":"shift_opened","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"shift_id":"\xb0"}'):
        with pytest.raises(msgspec.MsgspecError):
            decode_body(Envelope(1, "e1", "shift_opened", 1, msgspec.Raw(body)))


def test_an_event_goes_to_the_bucket_of_its_account():
    card = sold(CARD)
    changed = ConsentChanged("01" * 16, "02" * 16, Consent("advertising", "1", False), "Анна")
    registered, withdrawn = (
        kind("01" * 16, "02" * 16, "0f" * 16, "Анна") for kind in (BankCardRegistered, BankCardWithdrawn)
    )
    for body in (SaleCompleted(card), ReturnCompleted(card), changed, registered, withdrawn):
        assert account_of(body) == "02" * 16
        assert bucket_key(decode_envelope(encode_event(body, "e1", 1)), body) == "02" * 16


def test_a_receipt_without_a_member_and_its_return_share_a_bucket():
    guest = sold(GUEST)
    sale, back = SaleCompleted(guest), ReturnCompleted(replace(guest, receipt_id="ff", original_id=guest.receipt_id))
    keys = {bucket_key(decode_envelope(encode_event(body, "e1", 1)), body) for body in (sale, back)}
    assert keys == {guest.receipt_id}


def test_what_belongs_to_no_account_goes_by_its_own_id():
    assert bucket_key(decode_envelope(encode_event(SHIFT, "e1", 1)), SHIFT) == "e1"


def test_the_commitment_to_personal_data_changes_with_each_of_them():
    person = Personal("01", "02", "e1", "5a" * 16, "+79031234567", "Мария", "1990-11-22")
    changes = [replace(person, **{field: "x"}) for field in person.__struct_fields__]
    assert len({personal_hash(each) for each in (person, *changes)}) == 8


def test_a_member_is_found_by_every_card_by_the_phone_and_by_bank_cards():
    row = IdentRow("01" * 16, "02" * 16, cards=("299", "300"), phone_hash="ab" * 16, bank_cards=("cd" * 16,))
    cards, phones, bank_cards = finders(row)
    assert cards == [("299", b"\1" * 16), ("300", b"\1" * 16)]
    assert (phones, bank_cards) == ([(b"\xab" * 16, b"\1" * 16)], [(b"\xcd" * 16, b"\1" * 16)])
    assert finders(IdentRow("01" * 16, "02" * 16)) == ([], [], [])


def test_ids_are_kept_as_bytes_and_other_keys_as_text():
    assert key_bytes("ident", "01" * 16) == b"\1" * 16
    assert key_bytes("goods", "4600000000015") == b"4600000000015"
