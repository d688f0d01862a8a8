"""Which seeds are played: a count, or a list of seeds and ranges."""


def seeds_of(text: str) -> list[int]:
    """`3` is 1 to 3; `17,` is 17 alone; `9,1000-1100` has both ends of its range."""
    if text.strip().isdigit():
        return list(range(1, int(text) + 1))
    found: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
