"""Spending rights: what a till may let members spend while it cannot ask the head office, and what that can lose.

Two kinds. *Credit*: a till lets a member spend up to a limit of what it believes is there; tills that cannot hear of
one another may overdraw the account, each by no more than its limit. *Escrow*: points moved aside for one till
beforehand; nobody else can spend them, so nothing can be overdrawn. Whatever a till has spent on credit and the head
office has not settled counts against its limits, so for a member

    overdraft <= sum of the member's limit over the tills that had not settled (invariant I13),

and what all members together spent at one till on credit is at most that till's limit.
"""

from hashlib import blake2b
from typing import Literal

import msgspec

from loyalty.member import IdentifiedBy
from loyalty.sentences import Sentence, sentence

RightKind = Literal["credit", "escrow"]
OfflineKind = Literal["none", "credit", "escrow", "both"]
DAY_S = 86_400
MAX_AGE_DAYS = 35
MAX_SEEN_DAYS = 30
"""A till lets go of its receipts after 35 days: by then nothing may be spent on what it believed before them, and what
was set aside for members it has not seen is given back."""
TILL_RECEIPTS = 20
"""A till without a limit of its own may spend as much as so many receipts may."""

SENTENCES = {
    "rights.revoked": (
        "Касса отозвана главным офисом: баллы не списываются",
        "The head office has revoked this till: no points can be spent",
    ),
    "rights.old": (
        "Баланс старше {age_days:дня|дней|дней}: баллы не списываются",
        "The balance is older than {age_days:day|days}: no points can be spent",
    ),
    "rights.card_only": (
        "Нет связи: для списания отсканируйте карту",
        "Offline: scan the card itself to spend points",
    ),
    "rights.picked": (
        "Этот чек выбран для проверки в офисе, а связи нет: баллы не списываются",
        "This receipt was picked to be checked with the head office: offline no points can be spent",
    ),
    "rights.picked_aside": (
        "Этот чек выбран для проверки в офисе: только отложенные для кассы {left_points:балл|балла|баллов}",
        "This receipt was picked for a check: only the {left_points:point|points} set aside for this till",
    ),
    "rights.member": (
        "Нет связи: участнику до {limit_points:балла|баллов|баллов} на этой кассе, осталось {left_points}",
        "Offline: at most {limit_points:point|points} a member at this till; {left_points} left",
    ),
    "rights.till": (
        "Нет связи: касса может списать до {limit_points:балла|баллов|баллов} на всех, осталось {left_points}",
        "Offline: at most {limit_points:point|points} at this till for everybody; {left_points} left",
    ),
    "rights.aside": (
        "Нет связи: для этой кассы отложено {left_points:балл|балла|баллов}",
        "Offline: {left_points:point|points} are set aside for this till",
    ),
    "rights.aside_too": (
        "Нет связи: до {limit_points:балла|баллов|баллов}, из них отложено для этой кассы {aside_points}",
        "Offline: up to {limit_points:point|points}, {aside_points} of them set aside for this till",
    ),
    "rights.taken": (
        "Без связи теперь можно списать не больше {left_points:балла|баллов|баллов}",
        "Offline, at most {left_points:point|points} can be spent now",
    ),
    "rights.taken.hint": ("Esc, спишите меньше и оплатите заново", "Esc, spend fewer, and pay again"),
}


class Offline(msgspec.Struct, frozen=True):
    """The table `[redeem.offline]`: what rights there are without the head office. The cap of one receipt on credit is
    `Redeem.offline_max_points`."""

    kind: OfflineKind = "credit"
    member_max_points: int = 0
    """On credit, of one member at one till, until the head office has settled it; 0: as much as one receipt."""
    till_max_points: int = 0
    """The same of all members together; 0: TILL_RECEIPTS receipts."""
    max_age_days: int = 7
    """A balance older than this many days is spent by nobody."""
    identified_by: tuple[IdentifiedBy, ...] = ()
    """How a member must have been found; empty: as with the link up."""
    online_one_in: int = 0
    """One receipt in so many spends no points on credit: it must be checked with the head office. 0: none."""
    escrow_max_points: int = 0
    """Set aside of one member for one till."""
    escrow_seen_days: int = 30
    """For members who bought at the till in the last so many days."""

    @property
    def credit(self) -> bool:
        return self.kind in ("credit", "both")

    @property
    def escrow(self) -> bool:
        return self.kind in ("escrow", "both")

    def member_limit(self, receipt_max_points: int) -> int:
        return self.member_max_points or receipt_max_points

    def till_limit(self, receipt_max_points: int) -> int:
        return self.till_max_points or TILL_RECEIPTS * receipt_max_points


class Held(msgspec.Struct, frozen=True):
    """What a till knows of its rights over one member when it quotes.

    `member_points` and `till_points` were spent on credit and are not settled; `escrow_points` are left of what was set
    aside here, of the wallet spent first; `picked`: this receipt must be checked with the head office; `revoked`: it
    said so.
    """

    member_points: int = 0
    till_points: int = 0
    escrow_points: int = 0
    picked: bool = False
    revoked: bool = False


class SpentRight(msgspec.Struct, frozen=True, omit_defaults=True):
    """On which right a receipt spent points, and how many; `wallet` is that of points set aside."""

    kind: RightKind
    points: int
    wallet: str = ""


class Allowance(msgspec.Struct, frozen=True):
    """What one receipt may spend without the head office: on credit, of what is set aside, and why no more."""

    credit_points: int
    escrow_points: int
    said: Sentence

    @property
    def points(self) -> int:
        return self.credit_points + self.escrow_points


def allowance(
    offline: Offline, receipt_max_points: int, found_max_points: int, by: IdentifiedBy, held: Held, age_s: int,
    *, taken_points: int = 0, online: bool = False,
) -> Allowance:  # fmt: skip
    """What a receipt may still spend on rights. `receipt_max_points` is the programme's cap of a receipt on credit,
    `found_max_points` that of a member found so (never more); `taken_points` campaigns took on this receipt already;
    `online`: there is a link, but the balance is old."""
    refused = _refused(offline, by, held, age_s)
    if refused:
        return Allowance(0, 0, refused)
    credit, said = _credit(offline, (receipt_max_points, found_max_points), held, taken_points, online)
    aside = held.escrow_points if offline.escrow and found_max_points >= receipt_max_points else 0
    if not aside:
        return Allowance(credit, 0, said)
    if credit:
        both = sentence("rights.aside_too", limit_points=credit + aside, aside_points=aside)
        return Allowance(credit, aside, both)
    picked = held.picked and offline.credit
    return Allowance(0, aside, sentence("rights.picked_aside" if picked else "rights.aside", left_points=aside))


def spent_rights(
    redeemed_points: int, taken_points: int, escrow_points: int, wallet: str = ""
) -> tuple[SpentRight, ...]:
    """The rights one receipt cites: of what is redeemed first what was set aside (of `wallet`), then credit; what
    campaigns took in points is on credit."""
    aside = min(redeemed_points, escrow_points)
    credit = redeemed_points + taken_points - aside
    found = (SpentRight("escrow", aside, wallet), SpentRight("credit", credit))
    return tuple(each for each in found if each.points)


def picked(receipt: str, one_in: int) -> bool:
    """Whether a receipt (its till and number) must be checked with the head office: the same in every process."""
    digest = blake2b(receipt.encode(), digest_size=8, person=b"kopilka pick").digest()
    return one_in > 0 and int.from_bytes(digest, "big") % one_in == 0


def _refused(offline: Offline, by: IdentifiedBy, held: Held, age_s: int) -> Sentence | None:
    if held.revoked:
        return sentence("rights.revoked")
    if age_s > offline.max_age_days * DAY_S:
        return sentence("rights.old", age_days=offline.max_age_days)
    if offline.identified_by and by not in offline.identified_by:
        return sentence("rights.card_only")
    return None


def _credit(
    offline: Offline, max_points: tuple[int, int], held: Held, taken_points: int, online: bool
) -> tuple[int, Sentence]:
    """The tightest of the limits on credit; of equal ones the narrowest is told: receipt, member, till."""
    receipt_max_points, found_max_points = max_points
    of_receipt = max(0, found_max_points - taken_points)
    if not offline.credit or of_receipt == 0:
        return 0, sentence("redeem.stale_none" if online else "redeem.offline_none")
    if held.picked:
        return 0, sentence("rights.picked")
    member, till = offline.member_limit(receipt_max_points), offline.till_limit(receipt_max_points)
    of_member = max(0, member - held.member_points - taken_points)
    of_till = max(0, till - held.till_points - taken_points)
    limits = (
        (of_receipt, _receipt_said(of_receipt, found_max_points >= receipt_max_points, online)),
        (of_member, sentence("rights.member", limit_points=member, left_points=of_member)),
        (of_till, sentence("rights.till", limit_points=till, left_points=of_till)),
    )
    return min(limits, key=lambda each: each[0])


def _receipt_said(limit_points: int, is_confirmed: bool, online: bool) -> Sentence:
    known = "redeem.stale" if online else "redeem.offline"
    return sentence(known if is_confirmed else "redeem.unconfirmed", limit_points=limit_points)
