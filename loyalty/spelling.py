"""How a code may have been spelled by a person or a scanner: small letters, gaps, Russian letters, the wrong layout.

Only capitals and digits count in a code. Eleven Russian capitals look like Latin ones, so a printed `KCOMET` is typed
either way; and a keyboard left in the other layout gives every letter of the key beside the one that was meant.
"""

import re

_GAPS = re.compile(r"[\s_\-\u00a0\u2010-\u2015\u2212]+")
_LOOKALIKES = str.maketrans("АВЕЁКМНОРСТУХ", "ABEEKMHOPCTYX")
_RUSSIAN_KEYS = "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_LATIN_KEYS = "QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,.`"
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS + '{}:"<>~', _RUSSIAN_KEYS + "ХЪЖЭБЮЁ")


def folded(text: str) -> str:
    """The one spelling a code is compared in: capitals without gaps or dashes, each look-alike as the Latin letter.

    Ё is Е, as people write it. Folding what is folded changes nothing.
    """
    return _GAPS.sub("", text.upper()).translate(_LOOKALIKES)


def readings(text: str) -> tuple[str, str, str]:
    """What may have been meant, likeliest first, folded: as it stands; Latin typed in the Russian layout; Russian typed
    in the Latin layout. They may be the same."""
    capitals = text.upper()
    return folded(capitals), folded(capitals.translate(_TO_LATIN)), folded(capitals.translate(_TO_RUSSIAN))
