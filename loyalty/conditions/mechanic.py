"""What every condition is: it judges a scene, and says which baskets it could have to do with at all."""

from typing import ClassVar

import msgspec

from loyalty.scene import Fact, Scene, Verdict


class ConditionMechanic(msgspec.Struct, frozen=True):
    """`selects`: it chooses goods, so it is judged before the others, which are judged on what is chosen."""

    selects: ClassVar[bool] = False

    def judge(self, scene: Scene) -> Verdict:
        raise NotImplementedError

    def facts(self) -> tuple[Fact, ...] | None:
        """Facts of which a basket needs one for this to be about it (`loyalty.quoting.matching`); None: any basket."""
        return None

    def on_running_price(self) -> bool:
        """Whether the answer depends on what earlier campaigns took off: then it is judged when the campaign's turn
        comes, the others once per basket."""
        return False
