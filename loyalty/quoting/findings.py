"""Everything a quote has found out, put together for those who tell its reasons."""

from collections.abc import Sequence

import msgspec

from loyalty.programme import Programme
from loyalty.quoted import Standing
from loyalty.quoting.choosing import Outcome
from loyalty.quoting.judging import Judged
from loyalty.quoting.redemption import Spent
from loyalty.quoting.turns import Deed, Stop
from loyalty.scene import Scene


class Findings(msgspec.Struct, frozen=True):
    """Everything a quote has found out, as the reasons are told from it."""

    programme: Programme
    judged: tuple[Judged, ...]
    scene: Scene
    """The basket after all discounts."""
    spent: Spent
    standing: Standing
    deeds: dict[str, Deed]
    """What each campaign did, by its id, in the order they were applied."""
    stopped: dict[str, Stop]
    winners: dict[str, Deed]
    """What won in each group whose campaigns compete for the whole receipt."""


def findings(
    programme: Programme,
    judged: Sequence[Judged],
    scene: Scene,
    outcome: Outcome,
    standing: Standing,
) -> Findings:
    """Put together what an outcome says; `scene` is the basket after all discounts."""
    rivals = [deed for deed in outcome.deeds if deed.done and deed.campaign.group]
    return Findings(
        programme,
        tuple(judged),
        scene,
        outcome.spent,
        standing,
        {deed.campaign.id: deed for deed in outcome.deeds},
        {**outcome.priced.stopped, **outcome.earned.stopped},
        {d.campaign.group: d for d in rivals if programme.group_of(d.campaign).mode in ("best", "first")},
    )
