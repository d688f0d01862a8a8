"""The receipt on the screen, kept in a file of its own: a till that was killed, or left, shows it again.

The journal keeps sales, and the basket of a sale while it is paid; this file keeps what comes before. It is written
after the picture is shown and is not forced to the disk: a power cut may cost the last lines, a killed program none.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

import msgspec

from loyalty.basket import Basket
from loyalty.receipt import Payment
from loyalty.sentences import Sentence, sentence

FILE = "basket.json"
MAX_BYTES = 1024 * 1024
log = logging.getLogger("till")


def by_hand(tenders: tuple[Payment, ...]) -> tuple[Payment, ...]:
    """Money that nobody but the cashier knows of: the payment terminal gives back its own, a gift card gave nothing."""
    return tuple(each for each in tenders if each.bank is None and each.gift_card is None)


def taken_said(taken: tuple[Payment, ...]) -> Sentence | None:
    """What the customer had already given; None where that is nothing."""
    sums = {f"{kind}_minor": sum(each.amount_minor for each in taken if each.kind == kind) for kind in ("cash", "card")}
    given = {name: minor for name, minor in sums.items() if minor}
    if not given:
        return None
    code = "till.taken_both" if len(given) > 1 else f"till.taken_{next(iter(given)).removesuffix('_minor')}"
    return sentence(code, **given)


def unconfirmed(basket: Basket) -> Basket:
    """A confirmed phone is not carried over a stop: who knows who stands at the till now."""
    member = basket.member
    if member is None or member.identified_by != "phone_code":
        return basket
    return msgspec.structs.replace(basket, member=msgspec.structs.replace(member, identified_by="phone"))


class Kept(msgspec.Struct, frozen=True):
    """A basket, the shift it is of, when it last changed, and the money the cashier had already been given for it."""

    basket: Basket
    shift_id: str
    at_ms: int
    taken: tuple[Payment, ...] = ()


class OpenBasket:
    """Kept in `folder`. A fault of the disk is logged and costs no sale."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._written: Basket | None = None
        self._taken: tuple[Payment, ...] = ()

    def keep(self, basket: Basket, shift_id: str, at_ms: int, taken: tuple[Payment, ...] = ()) -> None:
        """Write the basket if it or the money has changed; an empty one is forgotten."""
        if not basket.lines:
            if self._written is not None:
                self.forget()
        elif basket is not self._written or taken != self._taken:
            self._write(Kept(basket, shift_id, at_ms, taken))
            self._written, self._taken = basket, taken

    def forget(self) -> None:
        """Nothing is kept. To be called before a sale is recorded: what has become a receipt must not come back."""
        self._written = None
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            log.exception("basket_not_forgotten")

    def kept(self, shift_id: str, last_receipt_ms: int) -> Kept | None:
        """What was on the screen of this shift, unless a receipt has been made since."""
        with contextlib.suppress(OSError, msgspec.MsgspecError, ValueError):
            with self._path.open("rb") as file:
                found = msgspec.json.decode(file.read(MAX_BYTES), type=Kept)
            if found.shift_id == shift_id and found.at_ms > last_receipt_ms and found.basket.lines:
                basket = msgspec.structs.replace(found.basket, payment="")
                return msgspec.structs.replace(found, basket=basket)
        return None

    def _write(self, kept: Kept) -> None:
        beside = self._path.with_suffix(".part")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(kept))
            beside.replace(self._path)
        except OSError:
            log.exception("basket_not_kept")
