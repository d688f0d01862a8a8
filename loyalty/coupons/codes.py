"""What stands inside a coupon's code: of a series, `KC…`, and signed, `KS…`. Text only: what it is worth is elsewhere.

`KC` + series (2 to 8 capitals and digits) + serial (4 to 11) + check character: 21 characters with the usual serial of
10, short enough for Code 128 and for typing. It shows that it was read right, not that anyone issued it.

`KS` + 85 bytes in base32 (RFC 4648: capitals and 2-7) + check character: always 139 characters, a QR code in its
alphanumeric mode of 37 x 37 modules (version 5-L) or 41 x 41 (6-M). Code 128 would need over 1,500 modules, some 40 cm,
so there is none. The 85 bytes leave no spare bit in base32, so that a coupon has one spelling:

    series 6 | serial 6 | last day 2 | holder 4 | shop 3 | Ed25519 signature 64        integers big-endian

The series is a number in bijective base 36 (no leading zeros to lose); the last day counts from 2020-01-01 as 1, 0 is
none; the holder is a hash of the account, serial and series, 0 is anybody, so that two coupons of a member do not tell;
the shop is a hash of its public key, which only tells a stranger's coupon from a forged one. The signature covers a
name of its purpose and the first 21 bytes. A second layout will have a prefix of its own.
"""

from base64 import b32decode, b32encode
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from itertools import pairwise

import msgspec

from loyalty.codes import check_char

SERIAL_CHARS = 10
"""Of an issued coupon, 50 bits: among a million of a series two are alike with a chance of 1 in 2,000."""
SERIAL_BYTES = 6
"""Of a signed coupon, in hex where it is a text."""
SIGNED_CHARS = 139
SIGNATURE_BYTES = 64
LAST_EXPIRY = "2199-06-05"

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SERIAL_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L, O and U, which people take for other characters."""
_PURPOSE = b"kopilka coupon 1\0"
_DAY_ZERO = date(2019, 12, 31).toordinal()
_TICKET_BYTES = 21
_MAX_SERIES_CHARS = 8
_TRIES = 16


class Ticket(msgspec.Struct, frozen=True):
    """What a signed coupon says: `serial` 12 hex digits, `expires` its last day in ISO or empty, `holder` 8 hex digits
    or empty, `shop` 6 hex digits."""

    series: str
    serial: str
    expires: str
    holder: str
    shop: str


def series_code(series: str, serial: str) -> str:
    """The code of one coupon of a series. Raises ValueError for a character that is no capital or digit."""
    body = series + serial
    return f"KC{body}{check_char(body)}"


def issued_code(series: str, receipt_id: str, n: int, serial_chars: int = SERIAL_CHARS) -> str:
    """The n-th coupon of a series printed on a receipt: the same whenever and wherever it is worked out.

    MOD 37,36 misses one swap of neighbours in 630, so a serial with such a pair is passed over for the next.
    """
    code = ""
    for serial in _serials(f"{series}\0{receipt_id}\0{n}", serial_chars):
        code = series_code(series, serial)
        if not _hides_a_swap(code, 1 + len(series)):
            break
    return code


def _serials(seed: str, chars: int) -> Iterator[str]:
    for attempt in range(_TRIES):
        drawn = blake2b(f"{seed}\0{attempt}".encode(), digest_size=chars, person=b"kopilka coupon").digest()
        yield "".join(_SERIAL_ALPHABET[byte % 32] for byte in drawn)


def _hides_a_swap(code: str, start: int) -> bool:
    """Whether two neighbours from `start` on could change places unnoticed."""
    for place, (left, right) in enumerate(pairwise(code)):
        if place >= start and left != right:
            swapped = f"{code[:place]}{right}{left}{code[place + 2 :]}"
            if check_char(swapped[2:-1]) == swapped[-1]:
                return True
    return False


def ticket_bytes(ticket: Ticket) -> bytes:
    """The 21 bytes a ticket is. Raises ValueError for a field that does not fit."""
    parts = (
        _series_number(ticket.series).to_bytes(6, "big"),
        _hex(ticket.serial, SERIAL_BYTES),
        _days(ticket.expires).to_bytes(2, "big"),
        _hex(ticket.holder, 4) if ticket.holder else bytes(4),
        _hex(ticket.shop, 3),
    )
    return b"".join(parts)


def to_sign(ticket: bytes) -> bytes:
    """What the signature covers: nothing else the head office signs begins so."""
    return _PURPOSE + ticket


def signed_code(ticket: bytes, signature: bytes) -> str:
    if len(ticket) != _TICKET_BYTES or len(signature) != SIGNATURE_BYTES:
        raise ValueError("a ticket has 21 bytes, a signature 64")
    body = b32encode(ticket + signature).decode()
    return f"KS{body}{check_char(body)}"


def signed_parts(code: str) -> tuple[bytes, bytes]:
    """The ticket and the signature in a whole code (`loyalty.codes.whole_coupon`)."""
    data = b32decode(code[2:-1])
    return data[:_TICKET_BYTES], data[_TICKET_BYTES:]


def read_ticket(ticket: bytes) -> Ticket:
    """What the 21 bytes say, whoever wrote them: a series may then be empty or too long."""
    series = _series_text(int.from_bytes(ticket[:6], "big"))
    day = int.from_bytes(ticket[12:14], "big")
    expires = date.fromordinal(_DAY_ZERO + day).isoformat() if day else ""
    holder = ticket[14:18].hex() if any(ticket[14:18]) else ""
    return Ticket(series, ticket[6:12].hex(), expires, holder, ticket[18:].hex())


def holder_mark(account_id: str, series: str, serial: str) -> str:
    """Whose a signed coupon is, as it says it; never all zeros, which is anybody's."""
    mark = blake2b(f"{account_id}\0{series}\0{serial}".encode(), digest_size=4, person=b"kopilka holder").hexdigest()
    return mark if int(mark, 16) else "00000001"


def shop_mark(public_key: str) -> str:
    """Which head office signed, as a coupon says it; `public_key` is hex."""
    return blake2b(bytes.fromhex(public_key), digest_size=3, person=b"kopilka shop").hexdigest()


def _series_number(series: str) -> int:
    if not 1 <= len(series) <= _MAX_SERIES_CHARS:
        raise ValueError("a series has 1 to 8 characters")
    number = 0
    for char in series:
        number = number * 36 + _ALPHABET.index(char) + 1
    return number


def _series_text(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number - 1, 36)
        text = _ALPHABET[digit] + text
    return text


def _days(expires: str) -> int:
    days = date.fromisoformat(expires).toordinal() - _DAY_ZERO if expires else 0
    if expires and not 1 <= days < 2**16:
        raise ValueError("the last day is 2020-01-01 to 2199-06-05")
    return days


def _hex(text: str, count: int) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != count:
        raise ValueError(f"{count} bytes are needed")
    return data
