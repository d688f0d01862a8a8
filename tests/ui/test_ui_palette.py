"""Every pair of ink and ground that the panes use can be read: contrast by WCAG 2, 4.5:1 at least."""

from __future__ import annotations

import pytest
from rich.color import Color, ColorSystem

from terminal.ui.palette import PALETTES, Palette, palette_for, style

# Sixteen colours as terminals in use show them.
VGA = "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
WINDOWS = (
    "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2"
)
NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
SIXTEEN = (*NAMES, *(f"bright_{name}" for name in NAMES))
LEAST = 4.5
# Which inks are written on which grounds; the keycaps and the paper have an ink of their own.
ON = {
    "base": ("text", "dim", "strong", "accent", "good", "warn", "bad", "head"),
    "band": ("text", "dim", "strong", "accent", "good", "warn", "bad", "total", "head"),
    "bar": ("text", "dim", "strong", "good", "warn", "accent"),
    "selected": ("text", "dim", "strong", "accent", "good", "warn"),
    "field": ("text", "dim", "strong", "accent", "warn"),
    "keycap": ("key",),
    "paper": ("paper",),
}


def luminance(colour: str) -> float:
    """Relative luminance of `rrggbb` (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour_of(name: str, sixteen: str) -> str:
    return name.removeprefix("#") if name.startswith("#") else sixteen.split()[SIXTEEN.index(name)]


def test_the_measure_of_contrast_knows_black_on_white() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") < LEAST


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
@pytest.mark.parametrize("sixteen", [VGA, XTERM, WINDOWS], ids=["vga", "xterm", "windows"])
def test_every_ink_is_read_on_every_ground_it_stands_on(palette: Palette, sixteen: str) -> None:
    for ground, inks in ON.items():
        for ink in inks:
            pair = (palette.ink(ink, ground), palette.grounds[ground])
            ratio = contrast(*(colour_of(colour, sixteen) for colour in pair))
            assert ratio >= LEAST, f"{palette.name}: {ink} on {ground} is {ratio:.2f}"


@pytest.mark.parametrize("palette", [PALETTES["dark"], PALETTES["light"]], ids=lambda palette: palette.name)
def test_the_themes_are_read_on_terminals_of_256_colours_too(palette: Palette) -> None:
    for ground, inks in ON.items():
        for ink in inks:
            pair = (palette.ink(ink, ground), palette.grounds[ground])
            nearest = [Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex for colour in pair]
            ratio = contrast(*(colour.removeprefix("#") for colour in nearest))
            assert ratio >= LEAST, f"{palette.name}: {ink} on {ground} is {ratio:.2f} in 256 colours"


def test_sixteen_colours_use_nothing_but_the_sixteen() -> None:
    ansi = PALETTES["ansi"]
    assert {*ansi.inks.values(), *ansi.grounds.values()} <= set(SIXTEEN)
    for ground, inks in ON.items():
        for ink in inks:
            color = style("ansi", ink, ground).color
            assert color is not None
            assert color.number is not None
            assert color.number < 16


@pytest.mark.parametrize(
    ("theme", "colours", "name"),
    [
        ("light", "standard", "light"),
        ("auto", "truecolor", "dark"),
        ("auto", "256", "dark"),
        ("auto", "standard", "ansi"),
        ("auto", None, "ansi"),
        ("nonsense", "truecolor", "dark"),
    ],
)
def test_a_theme_is_chosen_by_name_or_by_what_the_terminal_can_show(theme: str, colours: str | None, name: str) -> None:
    assert palette_for(theme, colours).name == name
