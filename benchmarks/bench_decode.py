"""Codes before a camera: how many generated frames are read, how many wrong, and how long a frame takes.

Frames of cards, goods, receipts and marked goods (`benchmarks/shots.py`), each by ours in full and by zxing-cpp, zbar
and OpenCV as they are by default, one after the other; each peer is compared over the symbologies it knows. A clip is
what a camera gives while a thing is held before it: ours looks as the till does, at some frames harder than at others,
and tells a 1D code once two reads agree; zxing-cpp looks at every frame, and one right read of any will do.

What is compared is what was not read, so that less is better. `python -m benchmarks.reading` says more, way by way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2

from benchmarks.measure import Finding, Goal
from benchmarks.readers import PEERS, ZXING, Reader, ours
from benchmarks.reading import Score, scored
from benchmarks.scratch import Scratch
from benchmarks.shots import COMBINATIONS, SIZES, Shot, clip, shots
from terminal.scanner.camera import decode
from terminal.scanner.camera_source import Agreement, effort_for

SEED = 5
ROUNDS = 3
"""Of each combination of thing, way and size once: a round is a pair."""
FEW = 7
CLIPS = 42
CLIP_FRAMES = 10
FRAME_S = 1 / 15
GOAL = Goal(1.0)
NONE_WRONG = Goal(0, "texts")


def run(scratch: Scratch) -> Iterator[Finding]:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield from _frames(1 if scratch.small else ROUNDS, FEW if scratch.small else COMBINATIONS)
        yield from _clips(FEW if scratch.small else CLIPS)
    finally:
        cv2.setNumThreads(threads)


def _frames(rounds: int, frames: int) -> Iterator[Finding]:
    readers = (ours("full"), *PEERS)
    scores = [scored(readers, shots(SEED, frames, turn * frames)) for turn in range(rounds)]
    for place, peer in enumerate(PEERS, 1):
        yield _finding(f"frames not read, beside {peer.name}", "%", scores, place, _missed(peer), GOAL)
    wrong = sum(len(mine.wrong) for mine, *_ in scores)
    yield Finding(f"wrong texts in {rounds * frames} frames, and frames", "", (wrong,), (rounds * frames,), NONE_WRONG)
    for _, high in SIZES:
        for place, peer in enumerate(PEERS, 1):
            yield _finding(f"a frame {high} high, beside {peer.name}", "ms", scores, place, _spent(peer, high))


def _finding(
    name: str,
    unit: str,
    scores: Sequence[list[Score]],
    place: int,
    of: Callable[[Score], float],
    goal: Goal | None = None,
) -> Finding:
    return Finding(name, unit, tuple(of(row[0]) for row in scores), tuple(of(row[place]) for row in scores), goal)


def _missed(peer: Reader) -> Callable[[Score], float]:
    parts = [f"{symbology} {high}" for symbology in peer.knows for _, high in SIZES]
    return lambda score: 100 - score.rate(*parts)


def _spent(peer: Reader, high: int) -> Callable[[Score], float]:
    parts = [f"{symbology} {high}" for symbology in peer.knows]
    return lambda score: score.ms(*parts)


def _clips(count: int) -> Iterator[Finding]:
    mine, peers = Clips(), Clips()
    for place in range(count):
        frames = clip(SEED, place, CLIP_FRAMES)
        mine.add(frames, _told)
        peers.add(frames, _seen)
    yield Finding("clips not read, beside zxing-cpp", "%", (mine.missed,), (peers.missed,), GOAL)
    yield Finding(f"wrong texts in {count} clips, and clips", "", (mine.wrong,), (count,), NONE_WRONG)
    yield Finding("a frame of a clip, beside zxing-cpp", "ms", (mine.frame_ms,), (peers.frame_ms,))


@dataclass(slots=True)
class Clips:
    """What one reader made of the clips so far."""

    count: int = 0
    right: int = 0
    wrong: int = 0
    spent_s: float = 0.0

    def add(self, frames: Sequence[Shot], read: Callable[[Sequence[Shot]], set[str]]) -> None:
        began_s = time.perf_counter()
        texts = read(frames)
        self.spent_s += time.perf_counter() - began_s
        self.count += 1
        self.right += frames[0].thing.text in texts
        self.wrong += len(texts - {frames[0].thing.text})

    @property
    def missed(self) -> float:
        return 100 - 100 * self.right / self.count

    @property
    def frame_ms(self) -> float:
        return 1000 * self.spent_s / (self.count * CLIP_FRAMES)


def _told(frames: Sequence[Shot]) -> set[str]:
    """As the till looks at a camera's frames."""
    agreement = Agreement()
    read = (
        agreement.agreed(decode(shot.frame, effort_for(place)), place * FRAME_S) for place, shot in enumerate(frames)
    )
    return {scan.text for scans in read for scan in scans}


def _seen(frames: Sequence[Shot]) -> set[str]:
    return {text for shot in frames for text in ZXING.read(shot.frame)}
