"""The books as lines of text: each account asked for, each wallet over all members, and whether it all holds."""

from collections.abc import Iterator

from loyalty.gift_card import GIFT_WALLET, gift_card
from loyalty.money import money_text
from loyalty.sentences import Lang, say, sentence
from sync_server.books import Books

GIFT_CARD_DIGITS = 13
SENTENCES = {
    "books.unknown": ("{account}: такого счёта нет", "{account}: there is no such account"),
    "books.account": (
        "{account} {wallet}: остаток {balance}, по журналу {ledger}",
        "{account} {wallet}: balance {balance}, ledger {ledger}",
    ),
    "books.wallet": ("{wallet}: у участников {held} ({moved})", "{wallet}: members hold {held} ({moved})"),
    "books.sound": (
        "{receipts:чек|чека|чеков}, {events:событие|события|событий}, записано дважды: {twice}; книги сходятся.",
        "{receipts:receipt|receipts}, {events:event|events}, {twice} stored twice; the books balance.",
    ),
    "books.unsound": (
        "{receipts:чек|чека|чеков}, {events:событие|события|событий}, записано дважды: {twice}; книги НЕ сходятся.",
        "{receipts:receipt|receipts}, {events:event|events}, {twice} stored twice; the books DO NOT balance.",
    ),
    "books.untold": (
        "Баллы под чеки не удерживаются: после восстановления молчат кассы {tills}",
        "No points are held for sales: since the head office was put back these tills are silent: {tills}",
    ),
    "books.between": (
        "Между корзинами: в пути {under_way}, не удалось {failed}; баллы в пути: {points}.",
        "Between buckets: {under_way:effect|effects} under way, {failed} failed; points on the way: {points}.",
    ),
    "books.between.none": (
        "Между корзинами: в пути {under_way}, не удалось {failed}; баллов в пути нет.",
        "Between buckets: {under_way:effect|effects} under way, {failed} failed; points on the way: none.",
    ),
}


def books_lines(found: Books, lang: Lang = "en") -> Iterator[str]:
    def told(code: str, /, **args: int | str) -> str:
        return say(sentence(code, **args), lang, SENTENCES)

    def figure(wallet: str, points: int) -> str:
        """Points, or money of gift cards."""
        return money_text(points, lang) if wallet == GIFT_WALLET else str(points)

    for account in found.accounts:
        if not account.known:
            yield told("books.unknown", account=account.account_id)
            continue
        for wallet, of in account.wallets.items():
            balance, ledger = figure(wallet, of.balance_points), figure(wallet, of.ledger_points)
            yield told("books.account", account=account.account_id, wallet=wallet, balance=balance, ledger=ledger)
    for wallet, total in found.wallets.items():
        moved = ", ".join(f"{kind} {figure(wallet, points)}" for kind, points in total.moved_points.items())
        yield told("books.wallet", wallet=wallet, held=figure(wallet, total.liability_points), moved=moved)
    counts = {"receipts": found.receipts, "events": found.events, "twice": found.stored_twice}
    yield told("books.sound" if found.conserved else "books.unsound", **counts)
    if found.untold:
        yield told("books.untold", tills=", ".join(found.untold))
    if found.effects_under_way or found.effects_failed or found.clearing_points:
        on_way = ", ".join(f"{figure(name, points)} {name}" for name, points in found.clearing_points.items())
        of_effects = {"under_way": found.effects_under_way, "failed": found.effects_failed}
        yield told("books.between", points=on_way, **of_effects) if on_way else told("books.between.none", **of_effects)


def account_named(text: str) -> str:
    """The account of an id, or of a gift card's number."""
    return gift_card(text).account_id if text.isdigit() and len(text) == GIFT_CARD_DIGITS else text
