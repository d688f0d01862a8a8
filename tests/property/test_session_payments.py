"""However a receipt is paid: the money given is the total of its quote, and the quote is that of how it was paid."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.documents.programme_file import parse_programme
from loyalty.programme import Programme
from loyalty.quote import quote
from terminal.session import commands as c
from tests.support.counter import CARD, CUP, NOON, PROGRAMME, TEA, Counter

rewards = st.one_of(
    st.integers(1, 700_00).map(lambda off: f'{{ type = "amount", amount_minor = {off}, per = "receipt" }}'),
    st.integers(1, 10_000).map(lambda rate: f'{{ type = "percent", rate_bp = {rate} }}'),
    st.integers(1, 900).map(lambda points: f'{{ type = "points_fixed", reward_points = {points} }}'),
)
kinds = st.sampled_from(['["cash"]', '["card"]', '["cash", "card"]', ""])


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    text = PROGRAMME
    for number in range(draw(st.integers(1, 4))):
        kind, group = draw(kinds), draw(st.sampled_from(["", 'group = "one"\n', 'group = "two"\n']))
        conditions = f'conditions = [{{ type = "payment", kinds = {kind} }}]\n' if kind else ""
        name = 'name = { ru = "Акция", en = "Campaign" }\n'
        text += f'[[campaign]]\nid = "c{number}"\n{name}{group}{conditions}reward = {draw(rewards)}\n'
    return parse_programme(text)


tender = st.builds(c.Tender, st.sampled_from(["cash", "card"]), st.none() | st.integers(-100, 1200_00))
steps = st.lists(tender | st.sampled_from([c.Back(), c.Pay(), c.SpendPoints()]), max_size=12)


class Watched(Counter):
    """Keeps what was committed."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(programme)
        self.committed: list[c.CommitSale] = []

    def _answer(self, effect: c.Effect) -> c.Command | None:
        if isinstance(effect, c.CommitSale):
            self.committed.append(effect)
        return super()._answer(effect)


@given(programmes(), steps, st.booleans())
@settings(max_examples=150)
def test_money_given_is_the_total_of_the_quote_for_the_way_it_was_given(
    programme: Programme, commands: list[c.Command], with_card: bool
) -> None:
    till = Watched(programme)
    till.opened()
    till.do(*([c.Scan(CARD)] if with_card else []), c.Scan(TEA.code), c.Scan(CUP.code), c.Pay())
    for command in commands:
        if till.receipts:
            break
        before = till.state
        till.do(command)
        done = bool(till.receipts)
        if isinstance(command, c.Tender) and (done or len(till.state.tenders) > len(before.tenders)):
            # money is only counted against a total that was on the screen
            told = till.committed[-1].quote.total_minor if done else till.state.total_minor
            assert told == before.total_minor
    for effect in till.committed:
        given_by = {payment.kind for payment in effect.payments}
        if given_by:
            assert effect.basket.payment == (given_by.pop() if len(given_by) == 1 else "mixed")
        assert effect.quote == quote(effect.basket, programme, NOON)
    for receipt in till.receipts.values():
        assert sum(payment.amount_minor for payment in receipt.payments) - receipt.change_minor == receipt.total_minor
