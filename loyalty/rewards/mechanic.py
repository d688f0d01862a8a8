"""What every reward is: one in price, one in points, or one that grants something else.

`short` says what is missing where a reward cannot give anything yet, or could give more: `one more, and one is free`.
"""

import msgspec

from loyalty.granted import Granted
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence


class Mechanic(msgspec.Struct, frozen=True):
    @property
    def by_line(self) -> bool:
        """Whether what a line gets depends on that line alone, so that lines can be shared between campaigns."""
        return False

    @property
    def set_price_minor(self) -> int:
        """What each combination is to cost; 0: it has no price of its own."""
        return 0

    def short(self, scene: Scene) -> Missing | None:
        """What is missing to this reward, or to more of it; None: nothing the buyer could add."""
        return None


class PriceMechanic(Mechanic, frozen=True):
    """A reward in price: what it takes off each selected line."""

    def places(self, scene: Scene) -> tuple[int, ...]:
        """The places it is about: those the conditions have chosen, or goods of its own."""
        return scene.selected

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        raise NotImplementedError

    def given(self, discount_minor: int, points: int) -> Sentence:
        raise NotImplementedError


class PointsMechanic(Mechanic, frozen=True):
    """A reward in points of one wallet: what each selected line earns; `wallet` says which."""

    def points(self, scene: Scene) -> list[int]:
        """Points for each selected line; the scene's running prices are the amounts that earn."""
        raise NotImplementedError

    def given(self, discount_minor: int, points: int) -> Sentence:
        raise NotImplementedError


class GrantMechanic(Mechanic, frozen=True):
    """A reward that changes no price and gives no points: goods beside the basket, a coupon, a message."""

    def grant(self, scene: Scene, campaign_id: str) -> Granted:
        raise NotImplementedError

    def told(self, granted: Granted) -> Sentence:
        raise NotImplementedError
