"""The books as lines of text: each account asked for, each wallet over all members, and whether it all holds."""

from collections.abc import Iterator

from loyalty.gift_card import GIFT_WALLET, gift_card
from loyalty.money import money_text
from sync_server.books import Books

GIFT_CARD_DIGITS = 13


def books_lines(found: Books) -> Iterator[str]:
    for account in found.accounts:
        for wallet, of in account.wallets.items():
            balance, ledger = _figure(wallet, of.balance_points), _figure(wallet, of.ledger_points)
            yield f"{account.account_id} {wallet}: balance {balance}, ledger {ledger}"
    for wallet, total in found.wallets.items():
        moved = ", ".join(f"{kind} {_figure(wallet, points)}" for kind, points in total.moved_points.items())
        yield f"{wallet}: members hold {_figure(wallet, total.liability_points)} ({moved})"
    said = "balance" if found.conserved else "DO NOT balance"
    yield f"{found.receipts} receipts, {found.events} events, {found.stored_twice} stored twice; the books {said}."
    if found.effects_under_way or found.effects_failed or found.clearing_points:
        on_way = ", ".join(f"{_figure(name, points)} {name}" for name, points in found.clearing_points.items())
        yield (
            f"Between buckets: {found.effects_under_way} effects under way, {found.effects_failed} failed; "
            f"points on the way: {on_way or 'none'}."
        )


def account_named(text: str) -> str:
    """The account of an id, or of a gift card's number."""
    return gift_card(text).account_id if text.isdigit() and len(text) == GIFT_CARD_DIGITS else text


def _figure(wallet: str, points: int) -> str:
    """Points, or money of gift cards."""
    return money_text(points, "en") if wallet == GIFT_WALLET else str(points)
