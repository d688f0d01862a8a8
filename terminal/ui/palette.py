"""The colours of each theme, by what they mean; every pair of ink and ground that is used has contrast 4.5:1 or more.

`ansi` uses the sixteen colours of the terminal itself, in their names, and no sign outside of old console fonts.
"""

from functools import cache

import msgspec
from rich.style import Style


class Signs(msgspec.Struct, frozen=True):
    """Symbols that stand beside a word, never instead of one."""

    ok: str = "✓"
    error: str = "✗"
    warn: str = "!"
    info: str = "›"
    online: str = "●"
    offline: str = "○"
    branch: str = "└"
    hint: str = "★"
    here: str = "▸"
    ticked: str = "[✓]"
    free: str = "[ ]"
    unused: str = "–"
    prompt: str = "›"
    cursor: str = "▏"


class Palette(msgspec.Struct, frozen=True):
    """Colours as Rich writes them: `#rrggbb`, or a name of the sixteen."""

    name: str
    dark: bool
    inks: dict[str, str]
    grounds: dict[str, str]
    signs: Signs = Signs()
    one_ink_when_selected: bool = False

    def ink(self, ink: str, ground: str) -> str:
        if ground == "paper":
            return self.inks["paper"]
        if ground == "keycap":
            return self.inks["key"]
        if ground == "selected" and (self.one_ink_when_selected or ink == "dim"):
            return self.inks["text"]
        return self.inks[ink]


BOLD = frozenset({"strong", "total", "key", "head"})

DARK = Palette(
    "dark", True,
    {
        "text": "#dfe5ec", "dim": "#98a6b8", "strong": "#f6f8fa", "accent": "#7fc8ff", "good": "#7fd69a",
        "warn": "#f5c451", "bad": "#ff8a8a", "head": "#98a6b8", "total": "#ffffff", "key": "#d6e9fb",
        "paper": "#23262b",
    },
    {
        "base": "#15181c", "band": "#1f2328", "bar": "#0e1012", "selected": "#1e2e4d", "field": "#2a2f36",
        "keycap": "#3a434c", "paper": "#f4f1e8",
    },
)  # fmt: skip
LIGHT = Palette(
    "light", False,
    {
        "text": "#222b36", "dim": "#4b5764", "strong": "#0d141c", "accent": "#0a5795", "good": "#17652f",
        "warn": "#6b4600", "bad": "#b01d1d", "head": "#4b5764", "total": "#06263f", "key": "#12395c",
        "paper": "#23262b",
    },
    {
        "base": "#fbfaf6", "band": "#f0efe8", "bar": "#e5e6e1", "selected": "#d3e6f8", "field": "#ffffff",
        "keycap": "#cfdeec", "paper": "#fff3d4",
    },
)  # fmt: skip
ANSI = Palette(
    "ansi", True,
    {
        "text": "bright_white", "dim": "white", "strong": "bright_white", "accent": "bright_cyan",
        "good": "bright_green", "warn": "bright_yellow", "bad": "bright_red", "head": "white", "total": "bright_white",
        "key": "black", "paper": "black",
    },
    {
        "base": "black", "band": "black", "bar": "black", "selected": "blue", "field": "black", "keycap": "white",
        "paper": "white",
    },
    Signs(
        ok="+", error="x", warn="!", info=">", online="*", offline="-", branch="-", hint="*", here=">", ticked="[x]",
        unused="-", prompt=">", cursor="_",
    ),
    one_ink_when_selected=True,
)  # fmt: skip
PALETTES = {palette.name: palette for palette in (DARK, LIGHT, ANSI)}
ORDER = ("dark", "light", "ansi")


def palette_for(theme: str, colours: str | None) -> Palette:
    """The palette of a theme's name; `auto` and names nobody knows take 16 colours where the terminal has no more."""
    if theme in PALETTES:
        return PALETTES[theme]
    return DARK if colours in ("256", "truecolor") else ANSI


@cache
def style(theme: str, ink: str, ground: str) -> Style:
    palette = PALETTES[theme]
    return Style(
        color=palette.ink(ink, ground),
        bgcolor=palette.grounds[ground],
        bold=ink in BOLD and ground != "paper",
    )
