"""`python -m benchmarks.reading [FRAMES]`: how much of the generated frames each reader reads, way by way.

Prints a line for each reader: frames read right, frames with a wrong text, milliseconds per frame; `--keep FOLDER`
keeps the frames that ours did not read, to be looked at. A frame is read right if the text of its code is among what
the reader gave, and has a wrong text if anything else is.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from benchmarks.readers import PEERS, Reader, ours
from benchmarks.shots import SIZES, WAYS, Shot, shots

FRAMES = 630
SEED = 1


@dataclass(slots=True)
class Score:
    """Of one reader: by way of being seen, by kind of thing, by height of the frame, by symbology and height."""

    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    spent_ms: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """What stood there, and what was read."""

    def add(self, shot: Shot, texts: Sequence[str], took_ms: float) -> None:
        high = str(shot.frame.shape[0])
        for of in ("all", shot.way, shot.thing.kind, high, f"{shot.thing.symbology} {high}"):
            self.asked[of] += 1
            self.right[of] += shot.thing.text in texts
            self.spent_ms[of] += took_ms
        others = set(texts) - {shot.thing.text}
        if others:
            self.wrong.append((shot.thing.text, " ".join(sorted(others))))

    def rate(self, *parts: str) -> float:
        """Read right, of 100 frames of these parts."""
        asked = sum(self.asked[of] for of in parts)
        return 100 * sum(self.right[of] for of in parts) / asked if asked else 0.0

    def ms(self, *parts: str) -> float:
        """A frame of these parts, on the average."""
        asked = sum(self.asked[of] for of in parts)
        return sum(self.spent_ms[of] for of in parts) / asked if asked else 0.0


def scored(readers: Sequence[Reader], frames: Iterable[Shot], keep: Path | None = None) -> list[Score]:
    """Each frame by each reader in turn, of those that know its symbology; the first one's failures are kept."""
    scores = [Score() for _ in readers]
    for place, shot in enumerate(frames):
        for reader, score in zip(readers, scores, strict=True):
            if shot.thing.symbology not in reader.knows:
                continue
            began = time.perf_counter()
            texts = reader.read(shot.frame)
            score.add(shot, texts, (time.perf_counter() - began) * 1000)
            if keep and reader is readers[0] and shot.thing.text not in texts:
                name = f"{shot.way}-{shot.thing.kind}-{place}.png".replace(" ", "_").replace(",", "")
                cv2.imwrite(str(keep / name), shot.frame)
    return scores


def lines(readers: Sequence[Reader], scores: Sequence[Score]) -> list[str]:
    sizes = [str(high) for _, high in SIZES]
    kinds = sorted(of for of in scores[0].asked if "," in of or of == "marked goods")
    columns = ["all", *(way.__name__ for way in WAYS), *kinds]
    told = [f"{'read of 100 frames':24}" + "".join(f"{reader.name:>16}" for reader in readers)]
    told += [f"{of:24}" + "".join(_cell(score, of) for score in scores) for of in columns]
    told += [f"{f'ms, {high} high':24}" + "".join(f"{score.ms(high):16.1f}" for score in scores) for high in sizes]
    told += [f"{'frames':24}" + "".join(f"{score.asked['all']:16}" for score in scores)]
    told += [f"{'with a wrong text':24}" + "".join(f"{len(score.wrong):16}" for score in scores)]
    return told + [f"wrong, {reader.name}: {text!r} read as {read!r}"
                   for reader, score in zip(readers, scores, strict=True) for text, read in score.wrong]  # fmt: skip


def _cell(score: Score, of: str) -> str:
    return f"{score.rate(of):16.1f}" if score.asked[of] else f"{'':>16}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description="Codes read, reader by reader.")
    parser.add_argument("frames", nargs="?", type=int, default=FRAMES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--ours", action="store_true", help="without the peers")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the frames that ours did not read")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    readers = [ours("full"), *(() if asked.ours else (*PEERS, ours("thorough"), ours("fast")))]
    print(*lines(readers, scored(readers, shots(asked.seed, asked.frames), asked.keep)), sep="\n")


if __name__ == "__main__":
    main()
