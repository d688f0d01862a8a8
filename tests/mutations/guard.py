"""What a guard is: a place in the sources, what stands there without it, and who notices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """`snippet` stands exactly once in `file`; with `without` in its place `test` (a node id) must fail."""

    name: str
    file: str
    snippet: str
    without: str
    test: str
