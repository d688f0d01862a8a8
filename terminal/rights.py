"""What this till may let a member spend without the head office: asked at the quote, and again when the receipt is
recorded, since a screen and the clients of the agent sell from one journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from loyalty.errors import NotNow
from loyalty.events import RightReleased
from loyalty.ledger import MAIN_WALLET, spent_points
from loyalty.member import Member
from loyalty.points.shown import shown_points
from loyalty.points.workdays import days_after
from loyalty.programme import Programme
from loyalty.quoting.identified import allowance_for
from loyalty.receipt import Receipt
from loyalty.rights import Held, SpentRight, picked, spent_rights
from loyalty.sentences import sentence
from terminal.members import beside
from terminal.offline_queue.aside import accounts_of, left_aside, summed
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.keys import Identity
from terminal.session import Surroundings

PAGE_ACCOUNTS = 500
MAX_MOVES = 16
"""From one account to another: of more, what is set aside stays until the till is revoked."""


class Files(Protocol):
    """A till's own files."""

    @property
    def identity(self) -> Identity: ...

    @property
    def cache(self) -> CacheReading: ...

    @property
    def journal(self) -> Journal: ...


class Own(msgspec.Struct, frozen=True):
    """The files one by one."""

    identity: Identity
    journal: Journal
    cache: CacheReading


def held_rights(files: Files, member: Member, programme: Programme) -> Held:
    """What is spent on credit and not settled, of this member and of all, and whether the next receipt is picked."""
    journal, offline = files.journal, programme.redeem.offline
    mine, everybody = journal.credit_spent(accounts_of(files, member.account_id), files.cache.applied())
    aside = left_aside(files, member.account_id, programme.redeem.wallets[0]) if offline.escrow else 0
    number = f"{files.identity.terminal}/{journal.coming_receipt_no()}"
    return Held(mine, everybody, aside, picked=picked(number, offline.online_one_in), revoked=journal.revoked())


def cited_rights(files: Files, draft: Receipt, around: Surroundings, member: Member | None) -> tuple[SpentRight, ...]:
    """The rights a receipt about to be recorded spends its points on; none where the balance is fresh, or the head
    office holds them.

    Raises NotNow where they do not reach that far any more: the link has gone since the quote, or another receipt of
    this till has spent them.
    """
    spent = spent_points(draft)
    if member is not None and draft.hold_id and _is_nibbled(files, member.account_id, around):
        _refuse_short(files, member.account_id, spent, around)
    if member is None or not spent or draft.hold_id or around.balance_is_fresh:
        return ()
    held = held_rights(files, member, around.programme)
    standing = around.standing_with(held)
    redeemed = dict(draft.redeemed_wallets) or {MAIN_WALLET: draft.redeemed_points}
    first = around.programme.redeem.wallets[0]
    taken_points = sum(spent.values()) - draft.redeemed_points
    may = allowance_for(around.programme.redeem, member.identified_by, standing)
    aside = min(may.escrow_points, redeemed.get(first, 0))
    rights = spent_rights(draft.redeemed_points, taken_points, aside, first)
    on_credit = sum(each.points for each in rights if each.kind == "credit")
    if on_credit > may.credit_points:
        left_points = may.credit_points + aside
        raise NotNow(sentence("rights.taken", left_points=left_points), sentence("rights.taken.hint"))
    _refuse_short(files, member.account_id, spent, around)
    return rights


def long_unseen(files: Files, programme: Programme, today: str) -> Iterator[RightReleased]:
    """What is set aside here for members who have not bought here for longer than the programme keeps it."""
    wallet, after = programme.redeem.wallets[0], ""
    day = days_after(today, -programme.redeem.offline.escrow_seen_days)
    while found := files.journal.not_seen_since(day, after, PAGE_ACCOUNTS):
        for account_id in dict.fromkeys(_surviving(files, each, day) for each in found):
            points = left_aside(files, account_id, wallet)
            if points:
                yield RightReleased(account_id, wallet, points)
        after = found[-1]


def _surviving(files: Files, account_id: str, day: str) -> str:
    """The account it has moved to in the end, in which what is set aside lies now; itself where that one was seen here
    since."""
    found = account_id
    for _ in range(MAX_MOVES):
        moved_to = files.cache.account(found).balance.moved_to
        if not moved_to:
            break
        found = moved_to
    return found if files.journal.last_seen(found) < day else account_id


def _is_nibbled(files: Files, account_id: str, around: Surroundings) -> bool:
    """Whether this till has sold out of what is set aside for it since the head office's last word: a hold may count
    on that too."""
    wallet = around.programme.redeem.wallets[0]
    told = files.cache.account(account_id).balance.escrow.get(files.journal.terminal, {}).get(wallet, 0)
    return left_aside(files, account_id, wallet) < told


def _refuse_short(files: Files, account_id: str, spent: Mapping[str, int], around: Surroundings) -> None:
    """Raises NotNow where this till knows of fewer points than are to be spent."""
    have = _balance(files, account_id, around.moment.local_date)
    short = [wallet for wallet, points in spent.items() if points > max(0, have.get(wallet, 0))]
    if short:
        left_points = max(0, have.get(short[0], 0))
        raise NotNow(sentence("rights.taken", left_points=left_points), sentence("rights.taken.hint"))


def _balance(files: Files, account_id: str, today: str) -> dict[str, int]:
    """What can be spent now by all this till knows."""
    row = files.cache.account(account_id).balance
    own = summed(files.journal.overlay(*each) for each in accounts_of(files, account_id))
    return beside(shown_points(row, own.points, today).wallets, row, files.journal.terminal)
