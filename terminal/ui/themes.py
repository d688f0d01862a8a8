"""The palettes as themes of Textual, for the little that Textual paints itself."""

from textual.theme import Theme

from terminal.ui.palette import Palette


def theme_name(palette: Palette) -> str:
    return f"kopilka-{palette.name}"


def textual_theme(palette: Palette) -> Theme:
    def colour(name: str) -> str:
        return name if name.startswith("#") else f"ansi_{name}"

    return Theme(
        name=theme_name(palette),
        primary=colour(palette.inks["accent"]),
        foreground=colour(palette.inks["text"]),
        background=colour(palette.grounds["base"]),
        surface=colour(palette.grounds["band"]),
        panel=colour(palette.grounds["band"]),
        dark=palette.dark,
        # Textual's own rules for 16 colours name these two.
        variables={
            "ansi-background": colour(palette.grounds["base"]),
            "ansi-foreground": colour(palette.inks["text"]),
        },
        ansi=not palette.inks["text"].startswith("#"),
    )
