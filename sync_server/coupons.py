"""Issuing signed coupons: each for one use, checked by tills with the head office's public key, without a link.

Nothing is written down here: a coupon is known by its signature, and a used one by the receipt that used it. So a list
that is lost cannot be printed again, and coupons cannot be taken back but by taking their series out of the programme.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from datetime import date
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
from loyalty.coupons.series import CODE, CouponSeries
from loyalty.errors import BadInput
from loyalty.programme import Programme
from loyalty.sentences import sentence
from sync_server.find_member import place_of_card, read_found
from sync_server.identity import Identity, Random
from sync_server.programmes import read_published
from sync_server.standing import date_at
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
    "issue.no_programme": ("Программа ещё не опубликована", "No programme has been published yet"),
    "issue.no_programme.hint": (
        "Сначала опубликуйте программу с этой серией: kopilka-server publish FILE",
        "Publish a programme with this series first: kopilka-server publish FILE",
    ),
    "issue.unknown": (
        "В программе «{programme}» версии {version} нет подписанной серии с кодом {series}",
        "Programme “{programme}”, version {version}, has no signed series with the code {series}",
    ),
    "issue.unknown.hint": (
        'Добавьте [[coupon]] с kind = "signed" и code = "{series}" и опубликуйте программу',
        'Add a [[coupon]] with kind = "signed" and code = "{series}", and publish the programme',
    ),
    "issue.unknown.known": ("Есть серии с кодами: {codes}", "There are series with the codes: {codes}"),
    "issue.kind": (
        "Серия {series} («{name_ru}») не подписанная: её купоны печатает касса с чеком",
        "Series {series} (“{name_en}”) is not signed: its coupons are printed by the till with a receipt",
    ),
    "issue.kind.hint": (
        'Для купонов из офиса нужна серия с kind = "signed" и своим code',
        'Coupons of the office need a series with kind = "signed" and a code of its own',
    ),
    "issue.ended": (
        "Серия «{name_ru}» закончилась {last_date}: такие купоны никто не сможет использовать",
        "Series “{name_en}” ended on {last_date}: nobody could use such coupons",
    ),
    "issue.ended.hint": (
        "Продлите её в программе (last), увеличьте version и опубликуйте",
        "Let it last longer in the programme (last), raise version and publish",
    ),
    "issue.longer": (
        "Серия «{name_ru}» заканчивается {last_date}, а срок купонов — позже",
        "Series “{name_en}” ends on {last_date}, and the coupons would last longer",
    ),
    "issue.longer.hint": (
        "Назовите срок не позже конца серии или не называйте его совсем",
        "Name a day no later than the end of the series, or none at all",
    ),
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
    """New coupons of a series of the published programme, no two alike. Raises BadInput for what cannot be issued."""
    programme = read_published(store)
    today = date_at(programme, now_ms)
    _check(wanted, today)
    _check_series(programme, wanted, today)
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


def _check_series(programme: Programme | None, wanted: Wanted, today: str) -> None:
    """Raises BadInput where tills would not take the coupons by the programme they have."""
    if programme is None:
        raise BadInput(sentence("issue.no_programme"), sentence("issue.no_programme.hint"))
    of_code = {each.kind: each for each in programme.coupons if each.code == wanted.series}
    series = of_code.get("signed")
    if series is None:
        raise _no_series(programme, wanted.series, of_code.get("series"))
    named = {"name_ru": series.name_ru, "name_en": series.name_en, "last_date": series.last}
    if series.last and series.last < today:
        raise BadInput(sentence("issue.ended", **named), sentence("issue.ended.hint"))
    if series.last and wanted.expires > series.last:
        raise BadInput(sentence("issue.longer", **named), sentence("issue.longer.hint"))


def _no_series(programme: Programme, code: str, printed: CouponSeries | None) -> BadInput:
    if printed is not None:
        said = sentence("issue.kind", series=code, name_ru=printed.name_ru, name_en=printed.name_en)
        return BadInput(said, sentence("issue.kind.hint"))
    codes = ", ".join(each.code for each in programme.coupons if each.kind == "signed")
    hint = sentence("issue.unknown.known", codes=codes) if codes else sentence("issue.unknown.hint", series=code)
    return BadInput(sentence("issue.unknown", programme=programme.id, version=programme.version, series=code), hint)


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
        place = place_of_card(tx, card)
        found = read_found(tx, place) if place else None
    if found is None:
        raise BadInput(sentence("issue.no_member", card=card[:40]))
    return found.ident.account_id


def _serials(count: int, random: Random) -> Iterator[str]:
    """So many different ones."""
    seen: set[str] = set()
    while len(seen) < count:
        serial = random(SERIAL_BYTES).hex()
        if serial not in seen:
            seen.add(serial)
            yield serial
