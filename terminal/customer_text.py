"""What the customer reads while the cashier works: the line just scanned, the total, points, change.

Nobody's name, phone, card or balance stands here: whoever is next in the queue reads it too.
"""

from __future__ import annotations

from devices.escpos.commands import IN_WORDS
from loyalty.basket import Basket, BasketLine
from loyalty.money import money_text, points_text, quantity_text
from loyalty.quoted import Quote
from loyalty.sentences import Lang, say, sentence
from terminal.customer_said import SENTENCES
from terminal.session.port import View
from terminal.session.state import State

Lines = tuple[str, ...]


class CustomerText:
    """Follows the pictures of one till; `greeting` is what stands there between two customers, one line or two."""

    def __init__(self, lang: Lang, columns: int, greeting: str = "") -> None:
        self._lang: Lang = lang
        self._columns = columns
        self._greeting = greeting
        self._basket = Basket()
        self._spent_points = 0
        self._points_last = False
        self._line_id = 0

    def lines_of(self, view: View) -> Lines:
        """Two lines of at most `columns` signs."""
        state = view.state
        self._follow(state)
        if state.mode == "closed":
            return self._cut(self._said("customer.closed"), "")
        if state.mode == "done":
            return self._done(state)
        if state.mode == "return":
            back = state.returning.preview if state.returning else None
            paid_out = self._money("customer.paid_out", back.settled_minor) if back else ""
            return self._cut(self._said("customer.return"), paid_out)
        if state.basket.lines and state.quote is not None:
            return self._paying(state, state.quote) if state.mode == "pay" else self._selling(state, state.quote)
        if state.basket.member is not None:
            return self._cut(self._said("customer.member"), self._said("customer.welcome"))
        return self._greeted(view.store_name)

    def _follow(self, state: State) -> None:
        """What was touched last stands in the upper line: a line of goods, or the points."""
        basket, before = state.basket, {line.line_id: line for line in self._basket.lines}
        touched = [line.line_id for line in basket.lines if before.get(line.line_id) != line]
        if touched:
            self._line_id, self._points_last = touched[-1], False
        used_points = state.quote.redemption.used_points if state.quote else 0
        if used_points != self._spent_points and not touched:
            self._points_last = used_points > 0
        self._basket, self._spent_points = basket, used_points

    def _selling(self, state: State, quote: Quote) -> Lines:
        upper = self._points("customer.spend", quote.redemption.used_points) if self._points_last else ""
        return self._cut(upper or self._goods(state, quote), self._money("customer.total", quote.total_minor))

    def _paying(self, state: State, quote: Quote) -> Lines:
        spent = self._points("customer.spend", quote.redemption.used_points)
        earned = self._points("customer.to_earn", quote.earned_points)
        upper = spent or earned or self._money("customer.total", quote.total_minor)
        return self._cut(upper, self._money("customer.due", state.due_minor))

    def _done(self, state: State) -> Lines:
        receipt, thanks = state.receipt, self._said("customer.thanks")
        if receipt is None:
            return self._cut(thanks, "")
        if receipt.kind == "return":
            return self._cut(self._said("customer.return"), self._money("customer.paid_out", receipt.settled_minor))
        earned = self._points("customer.earned", receipt.earned_points)
        if receipt.change_minor:
            return self._cut(self._money("customer.change", receipt.change_minor), earned or thanks)
        return self._cut(thanks, earned)

    def _goods(self, state: State, quote: Quote) -> str:
        """The line touched last, else the last one, with what it costs before points: `2 x Чай      159,80`."""
        line = next((each for each in state.basket.lines if each.line_id == self._line_id), state.basket.lines[-1])
        figures = next(each for each in quote.lines if each.line_id == line.line_id)
        costs_minor = figures.base_minor - figures.discount_minor
        return self._pair(_named(line, self._lang), money_text(costs_minor, self._lang))

    def _greeted(self, store_name: str) -> Lines:
        first, _, second = self._greeting.partition("\n")
        if self._greeting:
            return self._cut(first, second)
        return self._cut(store_name, self._said("customer.welcome"))

    def _points(self, code: str, points: int) -> str:
        """The sentence, or the figure alone where there is no room for it."""
        if not points:
            return ""
        said = say(sentence(code, all_points=points), self._lang, SENTENCES)
        if len(said) <= self._columns:
            return said
        sign = "-" if code == "customer.spend" else "+"
        return self._pair(self._said("customer.points"), f"{sign}{points_text(points, self._lang)}")

    def _money(self, code: str, amount_minor: int) -> str:
        return self._pair(self._said(code), money_text(amount_minor, self._lang))

    def _said(self, code: str) -> str:
        return say(sentence(code), self._lang, SENTENCES)

    def _pair(self, name: str, figure: str) -> str:
        """The figure whole, at the right; of the name what there is room for."""
        room = max(0, self._columns - len(figure) - 1)
        return f"{_plain(name)[:room]:<{room}} {figure}"

    def _cut(self, *lines: str) -> Lines:
        return tuple(_plain(line)[: self._columns] for line in lines)


def _named(line: BasketLine, lang: Lang) -> str:
    if line.qty_milli == 1000:
        return line.product.name
    return f"{quantity_text(line.qty_milli, lang)} x {line.product.name}"


def _plain(text: str) -> str:
    """Signs that a display lacks are written out before a text is cut to its width."""
    return text.translate(IN_WORDS)
