"""Statuses: which one a member has reached in a season, the way to the next, and what counts towards it.

Both criteria count together: a status is reached when the money spent *and* the visits are there. A visit is one
sale receipt. A raised status applies from the next receipt; a return lowers the figures, and who lowers a status,
and when, is the head office's to say.
"""

import msgspec

from loyalty.member import Progress
from loyalty.programme import Programme, Status
from loyalty.receipt import Receipt


class NextStep(msgspec.Struct, frozen=True):
    """The status above and what is missing to it; `done_bp` is how far along the slower of the two criteria is."""

    status: Status
    missing_spend_minor: int
    missing_visits: int
    done_bp: int


def status_for(programme: Programme, progress: Progress) -> Status:
    """The highest status these figures reach; figures of another season count as none. The programme has statuses."""
    counted = _this_season(programme, progress)
    reached = [
        status
        for status in programme.statuses
        if counted.spend_minor >= status.spend_minor and counted.visits >= status.visits
    ]
    return reached[-1] if reached else programme.statuses[0]


def raised_status(programme: Programme, status_id: str, progress: Progress) -> Status:
    """The status after a receipt: the one reached, or the one held where that is higher."""
    reached = status_for(programme, progress)
    held = place_of(programme, status_id)
    return programme.statuses[max(held, place_of(programme, reached.id))]


def next_step(programme: Programme, status_id: str, progress: Progress) -> NextStep | None:
    """The way to the status above the one held; None at the top and in a programme without statuses."""
    place = place_of(programme, status_id) + 1
    if place >= len(programme.statuses):
        return None
    status = programme.statuses[place]
    counted = _this_season(programme, progress)
    needs = ((counted.spend_minor, status.spend_minor), (counted.visits, status.visits))
    done = [min(10_000, max(0, have) * 10_000 // need) for have, need in needs if need]
    return NextStep(
        status,
        max(0, status.spend_minor - counted.spend_minor),
        max(0, status.visits - counted.visits),
        min(done, default=10_000),
    )


def progress_after(progress: Progress, receipt: Receipt, season: str) -> Progress:
    """Figures with one more receipt; a new season begins at nothing.

    A sale adds its total (after discounts and points) and a visit; a return takes its total off and leaves the visit.
    """
    if progress.season != season:
        progress = Progress(season)
    if receipt.kind == "sale":
        return Progress(season, progress.spend_minor + receipt.total_minor, progress.visits + 1)
    return Progress(season, progress.spend_minor - receipt.total_minor, progress.visits)


def place_of(programme: Programme, status_id: str) -> int:
    """Where a status stands on the ladder, 0 the lowest; an unknown one counts as the lowest."""
    ids = [status.id for status in programme.statuses]
    return ids.index(status_id) if status_id in ids else 0


def _this_season(programme: Programme, progress: Progress) -> Progress:
    return progress if progress.season == programme.season else Progress(programme.season)
