"""N for M: take so many pieces of the goods the campaign is about, pay for fewer."""

from collections import defaultdict
from typing import Literal

from msgspec.structs import replace

from loyalty.documents.section import Section
from loyalty.quoting.units import cheapest_of_all, cheapest_of_each, count, in_price_order, pieces_of
from loyalty.rewards.mechanic import PriceMechanic
from loyalty.rewards.reach import MAX_PIECES
from loyalty.scene import Missing, Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "n_for_m.given": ("{take} по цене {pay}: −{discount_minor}", "{take} for the price of {pay}: −{discount_minor}"),
    "n_for_m.more": ("Не хватает: {more_milli} шт. до {take} по цене {pay}", "{more_milli} short of {take} for {pay}"),
    "n_for_m.more.gain": (
        "Ещё {more_milli} шт. — и {free} бесплатно: выгода {gain_minor}",
        "{more_milli} more, and {free} free: saves {gain_minor}",
    ),
    "n_for_m.pay": ("платить не меньше, чем брать", "as much is paid for as is taken"),
    "n_for_m.pay.mend": ("pay должно быть меньше take", "let pay be less than take"),
}
Pick = Literal["cheapest", "group", "same"]
_PICKS: tuple[Pick, ...] = ("cheapest", "group", "same")


class NForM(PriceMechanic, frozen=True, tag="n_for_m"):
    """Of each `take` pieces only `pay` are paid for, `max_times` over at most (0: any number).

    Free are, by `pick`: `cheapest`, the cheapest of all pieces; `group`, the cheapest of each group, made from the
    dearest on; `same`, those of groups of one product, each product by itself.
    """

    take: int
    pay: int
    pick: Pick = "cheapest"
    max_times: int = 0

    @classmethod
    def read(cls, section: Section) -> "NForM":
        take, pay = section.whole("take", 2, MAX_PIECES), section.whole("pay", 1, MAX_PIECES - 1)
        if pay >= take and section.has("take") and section.has("pay"):
            section.note("pay", sentence("n_for_m.pay"), sentence("n_for_m.pay.mend"))
        return cls(take, pay, section.choice("pick", _PICKS, "cheapest"), section.whole("max_times", 0, MAX_PIECES, 0))

    def discounts(self, scene: Scene) -> list[int]:
        """Minor units off each selected line."""
        free_milli = self._free_milli(scene)
        return [
            min(scene.part_minor(place, free_milli.get(place, 0)), scene.room_minor(place)) for place in scene.selected
        ]

    def short(self, scene: Scene) -> Missing | None:
        """Of the pools pieces are counted in, the one that needs fewest to its next group; it must have been begun."""
        short = [(self._more(pool), pool) for pool in self._pools(scene)]
        more, pool = min(((more, pool) for more, pool in short if more), key=lambda each: each[0], default=(0, scene))
        if not more:
            return None
        cheapest = in_price_order(pool, pieces_of(pool), dearest=False)[0]
        args = {"more_milli": more * 1000, "take": self.take, "pay": self.pay, "free": self.take - self.pay}
        return Missing(sentence("n_for_m.more", **args), {cheapest: more * 1000})

    def given(self, discount_minor: int, points: int) -> Sentence:
        return sentence("n_for_m.given", take=self.take, pay=self.pay, discount_minor=discount_minor)

    def _free_milli(self, scene: Scene) -> dict[int, int]:
        """place -> quantity that is free."""
        cheapest = cheapest_of_all if self.pick == "cheapest" else cheapest_of_each
        free = (cheapest(pool, self.take, self.take - self.pay, self.max_times) for pool in self._pools(scene))
        return {place: part_milli for found in free for place, part_milli in found.items()}

    def _pools(self, scene: Scene) -> list[Scene]:
        """Scenes of the goods that make groups with one another: all that are chosen, or one product each."""
        if self.pick != "same":
            return [scene]
        places: dict[str, list[int]] = defaultdict(list)
        for place in scene.selected:
            places[scene.lines[place].product.code].append(place)
        return [replace(scene, selected=tuple(each)) for each in places.values()]

    def _more(self, pool: Scene) -> int:
        """How many pieces are missing to the next group; 0 where none is begun or no more are given."""
        there = count(pool)
        over = self.max_times and there >= self.take * self.max_times
        return 0 if over else -there % self.take
