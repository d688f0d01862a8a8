"""A code that stays in view is one scan, however often the scanner reads it."""

MOST_TEXTS = 64


class Repeats:
    """Remembers texts for `within_s` seconds since they were last seen, so a code held still stays one scan."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._seen_s: dict[str, float] = {}

    def is_repeat(self, text: str, now_s: float) -> bool:
        """Note the text; True if it was seen less than `within_s` ago."""
        last_s = self._seen_s.pop(text, None)
        self._seen_s[text] = now_s
        while len(self._seen_s) > MOST_TEXTS:
            del self._seen_s[next(iter(self._seen_s))]
        return last_s is not None and now_s - last_s < self._within_s
