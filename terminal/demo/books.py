"""Compares the books: what the till shows, what the head office's ledger says, what the receipts add up to.

The head office's side is asked of its own command, `kopilka-server books`, as an auditor would.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from loyalty.gift_card import GIFT_WALLET, gift_card
from loyalty.gift_moves import added_minor, gift_moves
from loyalty.ledger import MAIN_WALLET, receipt_entries
from loyalty.money import money_text
from loyalty.receipt import Receipt
from terminal.demo.shop import DemoShop
from terminal.opened import OpenedTill
from terminal.session import commands as c


class Mismatch(Exception):
    """Two of the three books differ; the text names the member and the figures."""


class Wallet(msgspec.Struct, frozen=True):
    """One wallet at the head office: its balance, the sum of its ledger, opening entries apart. Of a gift card, money
    in minor units."""

    balance_points: int
    ledger_points: int
    opening_points: int


class Account(msgspec.Struct, frozen=True):
    account_id: str
    wallets: dict[str, Wallet]


class Books(msgspec.Struct, frozen=True):
    """What `kopilka-server books --json` prints."""

    accounts: tuple[Account, ...]
    receipts: int
    events: int
    stored_twice: int
    conserved: bool


def compare_books(
    shop: DemoShop, till: OpenedTill, receipts: Sequence[Receipt], cards: Mapping[str, str], gift_cards: Sequence[str]
) -> Iterator[str]:
    """One line for each member and gift card, then the whole; `cards` is account_id -> card. Raises Mismatch at a
    difference."""
    books = head_office_books(shop, [*cards, *(gift_card(number).account_id for number in gift_cards)])
    at_office = {account.account_id: account for account in books.accounts}
    moved: Counter[str] = Counter()
    for receipt in receipts:
        for entry in receipt_entries(receipt, receipt.receipt_id):
            moved[entry.account_id] += entry.points if entry.wallet == MAIN_WALLET else 0
    for account_id, card in cards.items():
        account = at_office[account_id].wallets[MAIN_WALLET]
        name, shown = shown_member(till, card)
        summed = account.opening_points + moved[account_id]
        if not shown == account.balance_points == account.ledger_points == summed:
            raise Mismatch(f"{name}: till {shown}, balance {account.balance_points}, "
                           f"ledger {account.ledger_points}, receipts {summed}")  # fmt: skip
        yield f"{name}: till {shown} = ledger {account.ledger_points} = opening and receipts {summed}"
    for number in gift_cards:
        held = at_office[gift_card(number).account_id].wallets[GIFT_WALLET]
        yield _compare_gift_card(held, till, receipts, number)
    if books.receipts != len(receipts) or books.stored_twice or not books.conserved:
        raise Mismatch(
            f"head office has {books.receipts} receipts of {len(receipts)}, {books.stored_twice} stored twice,"
            f" books balance: {books.conserved}"
        )
    yield f"{books.receipts} receipts, {books.events} events, nothing stored twice, books balance in every bucket"


def _compare_gift_card(held: Wallet, till: OpenedTill, receipts: Sequence[Receipt], number: str) -> str:
    card = gift_card(number)
    moves = (move for receipt in receipts for move in gift_moves(receipt) if move.account_id == card.account_id)
    shown, summed = shown_gift_card(till, number), held.opening_points + sum(map(added_minor, moves))
    if not shown == held.balance_points == held.ledger_points == summed:
        raise Mismatch(f"gift card {card.masked}: till {shown}, balance {held.balance_points}, "
                       f"ledger {held.ledger_points}, receipts {summed}")  # fmt: skip
    money = money_text(shown, "en")
    return f"gift card {card.masked}: till {money} = ledger = opening and receipts {money_text(summed, 'en')}"


def head_office_books(shop: DemoShop, accounts: Sequence[str]) -> Books:
    command = [sys.executable, "-m", "sync_server", "books", "--data", str(shop.office_folder), "--json", *accounts]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise Mismatch(f"the head office's books cannot be read: {done.stderr.decode()[-300:]}")
    return msgspec.convert(json.loads(done.stdout), Books)


def shown_member(till: OpenedTill, card: str) -> tuple[str, int]:
    """Name and balance the cashier would see, by looking the member up as the cashier would."""
    member = till.engine.dispatch(c.Scan(card)).state.basket.member
    till.engine.dispatch(c.VoidReceipt())
    if member is None or member.card != card:
        raise Mismatch(f"the till does not find card {card} any more")
    return member.name_masked or card, member.balance_points


def shown_gift_card(till: OpenedTill, number: str) -> int:
    """What the cashier would see on a gift card, in minor units."""
    notice = till.engine.dispatch(c.Scan(number)).state.notice
    if notice is None or notice.said.code != "gift_card.balance":
        raise Mismatch("the till does not know the gift card")
    return int(notice.said.args["balance_minor"])
