"""A scanner that types through a Russian layout: every character back to the key it came from.

Scanners press keys by position, so with ЙЦУКЕН active "LC1:ABC" arrives as "ДС1ЖФИС". The mapping is one to one;
digits are on the same keys in both layouts. Without a Cyrillic letter nothing tells the layouts apart: the text stays.
"""

RUSSIAN = "ё1234567890-=йцукенгшщзхъфывапролджэ\\ячсмитьбю." + 'Ё!"№;%:?*()_+ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭ/ЯЧСМИТЬБЮ,'
US = "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./" + '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?'
BY_POSITION = str.maketrans(RUSSIAN, US)
LETTERS = frozenset(char for char in RUSSIAN if char.isalpha() and not char.isascii())


def of_russian_keys(text: str) -> str:
    """The text as a US keyboard would have typed it, where the layout is known to be Russian; signs too."""
    return text.translate(BY_POSITION)


def unmap_layout(text: str) -> str:
    """The text as a US keyboard would have typed it, if any letter of the Russian layout is in it; else unchanged."""
    return text.translate(BY_POSITION) if not LETTERS.isdisjoint(text) else text
