"""Returns of one sale at three tills: whatever is sent when, a till sees each return it can hear of once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from loyalty.errors import BadInput
from loyalty.quote import quote
from loyalty.receipt import Receipt
from loyalty.returning.parts import GivenBack, given_back
from loyalty.returning.settled import Before, before_of
from loyalty.returns import return_receipt
from terminal.elsewhere import alone, joined
from terminal.session import commands as c
from tests.support.counter import NOON
from tests.support.loyalty_samples import basket, line, programme, receipt

TILLS = ("sold here", "next to it", "across the town")
PIECES = {1: 4, 2: 3}
SALE_MINOR = 4 * 100_01 + 3 * 33_33

wants = st.tuples(st.sampled_from(TILLS), st.sampled_from(sorted(PIECES)), st.integers(1, 4))
sends = st.sampled_from(TILLS)


def sale() -> Receipt:
    """Four at 100.01 and three at 33.33."""
    goods = basket(line(1, 100_01, 4000), line(2, 33_33, 3000))
    return receipt(quote(goods, programme(), NOON), goods, receipt_id="5a" * 16)


class World:
    """The sale, what each till's journal has of its returns, and what the head office has got."""

    def __init__(self) -> None:
        self.sale = sale()
        self.own: dict[str, list[Receipt]] = {till: [] for till in TILLS}
        self.office: list[Receipt] = []

    def send(self, till: str) -> None:
        known = {each.receipt_id for each in self.office}
        self.office += [each for each in self.own[till] if each.receipt_id not in known]

    def known(self, till: str, online: bool) -> Before:
        """What the till holds to have come back."""
        own = c.ReceiptFound(self.sale, {}, parts(self.own[till]))
        told = c.ReceiptFound(self.sale, thousandths(self.office), parts(self.office))
        found = joined(own, told) if online else alone(own)
        return before_of(self.sale, found.returned_milli, found.parts)

    def take_back(self, till: str, line_no: int, pieces: int, online: bool = True) -> None:
        """The till refuses what it holds to have come back."""
        before = self.known(till, online)
        number = sum(len(each) for each in self.own.values()) + 1
        try:
            back = return_receipt(
                self.sale, before.milli, {line_no: pieces * 1000}, receipt_id=f"{number:032x}", number=f"R-{number}",
                store="s1", terminal=till, cashier="c", shift_id="dd" * 16, moment=NOON,
            )  # fmt: skip
        except BadInput:
            return
        self.own[till].append(back)

    @property
    def returns(self) -> list[Receipt]:
        return [each for own in self.own.values() for each in own]


def parts(returns: list[Receipt]) -> tuple[GivenBack, ...]:
    return tuple(given_back(each) for each in returns)


def thousandths(returns: list[Receipt]) -> dict[int, int]:
    counted: Counter[int] = Counter()
    for back in returns:
        for each in back.lines:
            counted[each.line_no] += each.qty_milli
    return dict(counted)


@given(st.lists(wants, max_size=12))
def test_with_every_till_online_nothing_is_returned_twice(asked: list[tuple[str, int, int]]) -> None:
    world = World()
    for till, line_no, pieces in asked:
        world.take_back(till, line_no, pieces)
        world.send(till)
    back = thousandths(world.returns)
    assert all(back.get(line_no, 0) <= pieces * 1000 for line_no, pieces in PIECES.items())
    for line_no, pieces in PIECES.items():
        for _ in range(pieces):
            world.take_back(TILLS[line_no], line_no, 1)
            world.send(TILLS[line_no])
    assert sum(each.total_minor for each in world.returns) == SALE_MINOR


@given(st.lists(st.one_of(st.tuples(wants, st.booleans()), sends), max_size=20))
def test_whatever_was_sent_when_each_return_counts_once(steps: list[tuple[tuple[str, int, int], bool] | str]) -> None:
    world = World()
    for step in steps:
        if isinstance(step, str):
            world.send(step)
        else:
            world.take_back(*step[0], online=step[1])
    for till in TILLS:
        heard = {each.receipt_id: each for each in (*world.own[till], *world.office)}
        assert world.known(till, online=True).milli == thousandths([*heard.values()])
        assert world.known(till, online=False).milli == thousandths(world.own[till])
