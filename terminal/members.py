"""A member as the till may show one: the head office's word at the last pull, plus this till's own events since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from msgspec.structs import replace

from loyalty.consents import joined
from loyalty.feed import Applied, BalanceRow, IdentRow
from loyalty.ledger import MAIN_WALLET
from loyalty.member import IdentifiedBy, Member
from loyalty.points.shown import shown_points
from loyalty.programme import Programme
from loyalty.quoting.uses import used_at_till
from loyalty.sentences import Sentence, sentence
from loyalty.statuses.progress import progress_after
from loyalty.statuses.tiers import status_id_on
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import Journal, Known, Overlay
from terminal.offline_queue.journal_consents import OwnWord
from terminal.offline_queue.keys import Identity, phone_hash


class OwnEvents(Protocol):
    """What this till knows of its own that the head office may not have said yet."""

    @property
    def terminal(self) -> str: ...

    def overlay(self, account_id: str, applied: Applied) -> Overlay: ...

    def enrolled_by_card(self, card: str) -> Known | None: ...

    def enrolled_by_phone_hash(self, phone_hash: str) -> Known | None: ...

    def consents_of(self, member_id: str) -> list[OwnWord]: ...


class Files(Protocol):
    """A till's files, open (Store) or seen from the side (Glance)."""

    @property
    def identity(self) -> Identity: ...

    @property
    def cache(self) -> CacheReading: ...

    @property
    def journal(self) -> OwnEvents: ...


def find_known(files: Files, key: str, by: IdentifiedBy) -> Known | None:
    """By phone or card, in the cache first, then among those enrolled here and not yet come back."""
    if by == "phone":
        hashed = phone_hash(files.identity.scope_key, key)
        known = files.cache.member_by_phone_hash(hashed) or files.journal.enrolled_by_phone_hash(hashed)
    else:
        known = files.cache.member_by_card(key) or files.journal.enrolled_by_card(key)
    return with_own_words(files, known) if known else None


def with_own_words(files: Files, known: Known) -> Known:
    """With what the member said here on consents that the head office's row may not say yet. A row of this till's own
    making knows of nothing after it."""
    own = files.journal.consents_of(known.ident.member_id)
    news = [word for word in own if not (known.as_of_ms and word.is_in(files.cache.applied_in(word.account_id)))]
    if not news:
        return known
    consents = joined(known.ident.consents, *({word.purpose: word.said} for word in news))
    return replace(known, ident=replace(known.ident, consents=consents))


def exists(ident: IdentRow) -> tuple[Sentence, Sentence]:
    """Why nobody else can have this member's phone, and what to do instead."""
    name = ident.name_masked or ident.member_id[:8]
    return sentence("member.exists", name=name), sentence("member.exists.hint")


def member_from(
    known: Known, key: str, by: IdentifiedBy, journal: OwnEvents, programme: Programme, on_date: str
) -> Member:
    """`balance` and progress of the head office + own events they do not include; a status raised by them holds at
    once. `on_date`: today by the store's clock."""
    ident, row = known.ident, known.balance
    own = sum((journal.overlay(*each) for each in known.accounts), Overlay())
    progress = row.progress
    for counted in own.counted:
        progress = progress_after(progress, counted, programme.spans)
    shown = shown_points(row, own.points, on_date)
    usable = beside(shown.wallets, row, journal.terminal)
    return Member(
        member_id=ident.member_id,
        account_id=ident.account_id,
        name_masked=ident.name_masked,
        status=status_id_on(programme, progress, on_date),
        balance_points=usable.get(MAIN_WALLET, 0),
        audiences=ident.audiences,
        birthday_md=ident.birthday_md or None,
        card=key if by != "phone" else (ident.cards[0] if ident.cards else ""),
        phone_tail=ident.phone_tail,
        identified_by=by,
        progress=progress,
        found_on=on_date,
        as_of_ms=known.as_of_ms,
        blocked=ident.blocked,
        wallets={wallet: points for wallet, points in usable.items() if wallet != MAIN_WALLET},
        pending=shown.pending,
        ending=shown.ending,
        card_kind=ident.card_kinds.get(key, ""),
        receipts=row.receipts + sum(counted.receipts for counted in own.counted),
        used=used_at_till(row.used, own.uses, programme),
        coupon_uses=_coupon_uses(row.coupon_uses, own.coupon_uses),
        consents=ident.consents,
    )


def balance_now(cache: CacheReading, journal: Journal, member_id: str, today: str) -> int | None:
    """The points of the main wallet that a member can spend at this till; None of one nobody knows here."""
    known = cache.member(member_id) or journal.enrolled_by_id(member_id)
    if known is None:
        return None
    own = sum((journal.overlay(*each) for each in known.accounts), Overlay())
    shown = shown_points(known.balance, own.points, today)
    return beside(shown.wallets, known.balance, journal.terminal).get(MAIN_WALLET, 0)


def beside(wallets: Mapping[str, int], row: BalanceRow, terminal: str) -> dict[str, int]:
    """wallet -> what can be spent at this till, beside what is set aside for others and what they hold. What this till
    holds itself is in its own sales: taken off here too, it would count twice. A debt is none of theirs."""
    usable = Counter(wallets)
    for kept in (row.escrow, row.held):
        for till, points in kept.items():
            if till != terminal:
                usable.subtract(points)
    return {wallet: max(points, min(0, wallets.get(wallet, 0))) for wallet, points in usable.items()}


def _coupon_uses(told: Mapping[str, int], own: Mapping[str, int]) -> dict[str, int]:
    """Nobody has used less than nothing, though a return may come of a sale made before its series counted."""
    return {series: max(0, told.get(series, 0) + own.get(series, 0)) for series in {*told, *own}}
