"""How near its days a campaign is worth a word: a fortnight before it begins, a week after it has ended.

Further away it has nothing to do with the basket, however long it stays in the programme.
"""

from datetime import date

from loyalty.scene import UNRELATED, Blocked, Scene, Unrelated
from loyalty.sentences import Sentence

SOON_DAYS = 14
LATELY_DAYS = 7


def not_yet(scene: Scene, first: str, said: Sentence) -> Blocked | Unrelated:
    """Not before the day `first`, which is still to come."""
    return Blocked(said) if _days(scene.moment.local_date, first) <= SOON_DAYS else UNRELATED


def over(scene: Scene, last: str, said: Sentence) -> Blocked | Unrelated:
    """Not after the day `last`, which is past."""
    return Blocked(said) if _days(last, scene.moment.local_date) <= LATELY_DAYS else UNRELATED


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
