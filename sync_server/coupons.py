"""Issuing signed coupons: each for one use, checked by tills with the head office's public key, without a link.

Nothing is written down here: a coupon is known by its signature, and a used one by the receipt that used it. So a list
that is lost cannot be printed again, and coupons cannot be taken back but by taking their series out of the programme.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

import msgspec

from loyalty.coupons.codes import (
    LAST_EXPIRY,
    SERIAL_BYTES,
    Ticket,
    holder_mark,
    shop_mark,
    signed_code,
    ticket_bytes,
    to_sign,
)
from loyalty.coupons.series import CODE
from loyalty.errors import BadInput
from loyalty.events import bucket_of
from loyalty.sentences import sentence
from sync_server.identity import Identity, Random
from sync_server.rows import select_by
from sync_server.schema import ALIAS
from sync_server.store import Store

MAX_ISSUED = 100_000
MAX_PICTURES = 1000
COLUMNS = ("code", "series", "serial", "expires", "member")
_PIXELS_A_MODULE = 8

SENTENCES = {
    "issue.series": (
        "«{series}» — не код серии: нужно от 2 до 8 заглавных латинских букв и цифр",
        "“{series}” is no code of a series: 2 to 8 Latin capitals and digits",
    ),
    "issue.count": ("За раз можно выпустить от 1 до {limit} купонов", "1 to {limit} coupons can be issued at once"),
    "issue.pictures": (
        "Картинок за раз — не больше {limit}: выпустите меньше купонов или без --png",
        "At most {limit} pictures at once: issue fewer coupons, or without --png",
    ),
    "issue.date": ("«{date}» — не дата вида 2026-12-31", "“{date}” is no date as in 2026-12-31"),
    "issue.past": (
        "{last_date} уже прошло: такие купоны никто не сможет использовать",
        "{last_date} is over: nobody could use such coupons",
    ),
    "issue.far": ("Срок не может быть позже 05.06.2199", "No coupon can last beyond 2199-06-05"),
    "issue.no_member": ("Участника с картой {card} нет", "There is no member with card {card}"),
}


class Wanted(msgspec.Struct, frozen=True):
    """What to issue: `expires` is the last day (ISO) or empty, `card` the one member who may use them, or empty."""

    series: str
    count: int
    expires: str = ""
    card: str = ""


class IssuedCoupon(msgspec.Struct, frozen=True):
    """A row of the list; the fields are its columns."""

    code: str
    series: str
    serial: str
    expires: str
    member: str


def issue_coupons(store: Store, identity: Identity, wanted: Wanted, now_ms: int, random: Random) -> list[IssuedCoupon]:
    """New coupons, no two alike. A day is over when it is over in UTC. Raises BadInput for what cannot be issued."""
    _check(wanted, datetime.fromtimestamp(now_ms // 1000, UTC).date().isoformat())
    account_id = _account(store, wanted.card) if wanted.card else ""
    shop, key = shop_mark(identity.public_key), identity.signer

    def signed(serial: str) -> IssuedCoupon:
        holder = holder_mark(account_id, wanted.series, serial) if account_id else ""
        written = ticket_bytes(Ticket(wanted.series, serial, wanted.expires, holder, shop))
        code = signed_code(written, key.sign(to_sign(written)))
        return IssuedCoupon(code, wanted.series, serial, wanted.expires, wanted.card)

    return [signed(serial) for serial in _serials(wanted.count, random)]


def write_coupons(file: TextIO, coupons: Iterable[IssuedCoupon]) -> None:
    """The list as CSV with a row of names."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(msgspec.structs.astuple(coupon) for coupon in coupons)


def save_coupons(path: Path, coupons: Iterable[IssuedCoupon]) -> None:
    """A new file that only its owner may read, for who has it has the coupons. Raises OSError, where it exists too."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
        write_coupons(file, coupons)


def save_pictures(folder: Path, coupons: Iterable[IssuedCoupon]) -> None:
    """A QR code of each as `SERIES-serial.png`, in a folder made where it is not. Raises OSError."""
    import qrcode

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for coupon in coupons:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=_PIXELS_A_MODULE)
        code.add_data(coupon.code)
        code.make_image().save(folder / f"{coupon.series}-{coupon.serial}.png")


def check_pictures(count: int) -> None:
    """Raises BadInput for more pictures than are made at once: said before anything is issued."""
    if count > MAX_PICTURES:
        raise BadInput(sentence("issue.pictures", limit=MAX_PICTURES))


def _check(wanted: Wanted, today: str) -> None:
    if not CODE.fullmatch(wanted.series):
        raise BadInput(sentence("issue.series", series=wanted.series[:40]))
    if not 1 <= wanted.count <= MAX_ISSUED:
        raise BadInput(sentence("issue.count", limit=MAX_ISSUED))
    if wanted.expires:
        _check_day(wanted.expires, today)


def _check_day(expires: str, today: str) -> None:
    try:
        known = date.fromisoformat(expires).isoformat()
    except ValueError:
        known = ""
    if expires != known:
        raise BadInput(sentence("issue.date", date=expires[:40]))
    if expires < today:
        raise BadInput(sentence("issue.past", last_date=expires))
    if expires > LAST_EXPIRY:
        raise BadInput(sentence("issue.far"))


def _account(store: Store, card: str) -> str:
    """Whose card it is. Raises BadInput where nobody has it."""
    with store.read() as tx:
        names = ("abucket", "kind", "alias")
        found = select_by(tx, ALIAS, ("account_id",), names, [(bucket_of(card), "card", card)])
    if not found:
        raise BadInput(sentence("issue.no_member", card=card[:40]))
    return str(found[0].account_id)


def _serials(count: int, random: Random) -> Iterator[str]:
    """So many different ones."""
    seen: set[str] = set()
    while len(seen) < count:
        serial = random(SERIAL_BYTES).hex()
        if serial not in seen:
            seen.add(serial)
            yield serial
