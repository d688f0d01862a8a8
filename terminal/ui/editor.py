"""One line being typed, as a value: every key gives the next value, so that keys typed ahead cannot overtake."""

import msgspec
from msgspec.structs import replace

MAX_LINE_CHARS = 200


class Line(msgspec.Struct, frozen=True):
    """The text and the place of the cursor in it, 0 to its length."""

    text: str = ""
    at: int = 0

    @classmethod
    def of(cls, text: str) -> "Line":
        text = text[:MAX_LINE_CHARS]
        return cls(text, len(text))


EMPTY = Line()


def typed(line: Line, text: str) -> Line:
    """Text put in at the cursor; what does not fit the limit, and what cannot be printed, is left out."""
    fitting = "".join(char for char in text if char.isprintable())[: MAX_LINE_CHARS - len(line.text)]
    return Line(line.text[: line.at] + fitting + line.text[line.at :], line.at + len(fitting))


def edited(line: Line, key: str) -> Line | None:
    """The line after an editing key; None if the key edits nothing anywhere."""
    text, at = line.text, line.at
    match key:
        case "backspace" | "ctrl+h":
            return Line(text[: max(0, at - 1)] + text[at:], max(0, at - 1))
        case "delete":
            return replace(line, text=text[:at] + text[at + 1 :])
        case "ctrl+u":
            return Line()
        case "left":
            return replace(line, at=max(0, at - 1))
        case "right":
            return replace(line, at=min(len(text), at + 1))
        case "home":
            return replace(line, at=0)
        case "end":
            return replace(line, at=len(text))
        case _:
            return None
