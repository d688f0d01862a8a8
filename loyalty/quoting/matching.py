"""Which campaigns of thousands could match a basket: looked up by the facts they need, not tried one by one.

A *fact* is a pair (kind, value): ("category", "scarves"), ("store", "s1"). Some conditions can only have to do with a
basket that has one of certain facts. A campaign is filed under the facts of the one such condition that fits least;
without any, it is tried on every basket.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Generic, TypeVar

from loyalty.conditions import Condition
from loyalty.scene import Fact, Scene

_Item = TypeVar("_Item")


class Index(Generic[_Item]):
    """Items with their conditions, in an order that is kept."""

    def __init__(self, items: Iterable[tuple[_Item, Sequence[Condition]]]) -> None:
        self._items: list[_Item] = []
        choices: list[list[tuple[Fact, ...]]] = []
        for item, conditions in items:
            self._items.append(item)
            choices.append([facts for condition in conditions if (facts := condition.facts()) is not None])
        crowd = Counter(chain.from_iterable(chain.from_iterable(choices)))
        self._always: list[int] = []
        self._filed: dict[Fact, list[int]] = {}
        for number, sets in enumerate(choices):
            if not sets:
                self._always.append(number)
                continue
            for fact in min(sets, key=lambda facts: sum(crowd[fact] for fact in facts)):
                self._filed.setdefault(fact, []).append(number)

    def candidates(self, scene: Scene) -> Iterator[_Item]:
        """The items whose needed facts are there, in order."""
        numbers = set(self._always)
        for fact in facts_of(scene):
            numbers.update(self._filed.get(fact, ()))
        return (self._items[number] for number in sorted(numbers))


def facts_of(scene: Scene) -> set[Fact]:
    """Everything a basket has that a condition could need."""
    store = scene.basket.store
    found: set[Fact] = {("store", store)}
    found.update(("store_group", group) for group in scene.terms.groups_of_store.get(store, ()))
    for line in scene.lines:
        product = line.product
        found |= {("code", product.code), ("category", product.category), ("brand", product.brand)}
        found.update(("tag", tag) for tag in product.tags)
    if scene.member is not None:
        found.update(("audience", audience) for audience in scene.member.audiences)
    found.update(("coupon", coupon) for coupon in scene.coupons)
    return found
