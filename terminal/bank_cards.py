"""Members by their bank cards: registered, withdrawn, and found by what the head office and this till have of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from loyalty.bank_card import TAIL_DIGITS
from loyalty.errors import NotNow
from loyalty.events import BankCardRegistered, BankCardWithdrawn, Body
from loyalty.feed import MAX_BANK_CARDS
from loyalty.member import Member
from loyalty.sentences import sentence
from terminal.offline_queue.cache_read import CacheReading
from terminal.offline_queue.journal import Fact, Known
from terminal.offline_queue.journal_bank_cards import OwnCard
from terminal.offline_queue.journal_looks import JournalLooks
from terminal.offline_queue.store import Store
from terminal.session import Surroundings
from terminal.session import commands as c


class Files(Protocol):
    """What is looked at of a till's files."""

    @property
    def cache(self) -> CacheReading: ...

    @property
    def journal(self) -> JournalLooks: ...


def find_by_bank_card(files: Files, token: str) -> Known | None:
    """By the hash of its token. What this till did with the card goes before rows that may not have it yet."""
    own = files.journal.bank_card(token)
    if own is None or not _is_news(files, own):
        return files.cache.member_by_bank_card(token)
    return _known(files, own.member_id) if own.given else None


def cards_of(files: Files, member_id: str) -> frozenset[str]:
    """Every bank card that stands for the member, as far as this till knows."""
    known = _known(files, member_id)
    cards = {*known.ident.bank_cards} if known else set()
    for own in files.journal.bank_cards_of(member_id):
        if _is_news(files, own):
            (cards.add if own.given and own.member_id == member_id else cards.discard)(own.token)
    return frozenset(cards)


def register_card(
    files: Store, effect: c.KeepBankCard, cashier: str, around: Surroundings, new_id: Callable[[], str]
) -> c.BankCardKept:
    """Registered already, it is not recorded again. Raises NotNow: it is another member's, or the member has enough."""
    member = effect.member
    holder = find_by_bank_card(files, effect.token)
    if holder is not None and holder.ident.member_id == member.member_id:
        return c.BankCardKept(effect.tail, _name(member), already=True)
    if holder is not None:
        raise NotNow(sentence("bank_card.taken", tail=effect.tail), sentence("bank_card.taken.hint"))
    if len(cards_of(files, member.member_id)) >= MAX_BANK_CARDS:
        raise NotNow(sentence("bank_card.many", limit=MAX_BANK_CARDS), sentence("bank_card.many.hint"))
    body = BankCardRegistered(member.member_id, member.account_id, effect.token, cashier, effect.tail[-TAIL_DIGITS:])
    _record(files, (body,), around, new_id)
    return c.BankCardKept(effect.tail, _name(member))


def withdraw_cards(
    files: Store, member: Member, cashier: str, around: Surroundings, new_id: Callable[[], str]
) -> c.BankCardsDropped:
    """All of the member's that this till knows of."""
    tokens = sorted(cards_of(files, member.member_id))
    bodies = tuple(BankCardWithdrawn(member.member_id, member.account_id, token, cashier) for token in tokens)
    if bodies:
        _record(files, bodies, around, new_id)
    return c.BankCardsDropped(len(bodies))


def _record(files: Store, bodies: tuple[Body, ...], around: Surroundings, new_id: Callable[[], str]) -> None:
    files.journal.record(*(Fact(new_id(), around.moment.at_ms, body) for body in bodies))


def _is_news(files: Files, own: OwnCard) -> bool:
    return not own.is_in(files.cache.applied_in(own.account_id))


def _known(files: Files, member_id: str) -> Known | None:
    """In the cache first, then among those enrolled here and not yet come back."""
    return files.cache.member(member_id) or files.journal.enrolled_by_id(member_id)


def _name(member: Member) -> str:
    return member.name_masked or member.card
