"""Tills in two places: disks put back, folders copied, old receipts let go of, and a head office set back meanwhile."""

from collections import Counter
from pathlib import Path

from tests.simulation.forks import Forks

SEEDS = (1, 12, 20, 24)


def test_whatever_histories_part_every_receipt_told_is_booked_once_in_the_end(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        story = Forks(seed, tmp_path / str(seed))
        try:
            story.run()
        except AssertionError as error:
            raise AssertionError("\n".join((str(error), f"seed {seed}", *story.trace))) from error
        finally:
            story.close()
        seen += story.seen
    wanted = ("put back", "copied", "set back", "fork", "fence", "mended", "gone")
    assert [name for name in wanted if not seen[name]] == [], f"these stories have too little in them: {seen}"
