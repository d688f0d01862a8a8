"""A picture -> the codes in it, by passes over it from the quickest to the dearest.

OpenCV, zxing, zbar and numpy are imported when the first picture comes: a till without a camera starts without them.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from terminal.scanner.scan import Scan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]

MOST_PIXELS = 25_000_000
MOST_FILE_BYTES = 32 * 1024 * 1024
MOST_CODES_A_FRAME = 20

SENTENCES = {
    "picture.too_large": (
        "Снимок слишком велик: не больше {limit} млн точек и 32 МБ. Уменьшите его",
        "The picture is too large: {limit} million pixels and 32 MB at most. Make it smaller",
    ),
    "picture.unreadable": (
        "Файл {name} не открывается как снимок",
        "The file {name} does not open as a picture",
    ),
}

Effort = Literal["fast", "thorough", "full"]
PASSES: dict[Effort, int] = {"fast": 1, "thorough": 4, "full": 7}
"""How many passes a frame gets at most (`terminal.scanner.camera_passes`): so much work, whatever the machine."""


def decode(frame: Frame, effort: Effort = "full") -> list[Scan]:
    """The codes of a grey (h, w) or BGR (h, w, 3) frame of uint8; a 1D code only if read twice, from different dots."""
    if frame.shape[0] * frame.shape[1] > MOST_PIXELS:
        raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000))
    from terminal.scanner.camera_passes import look

    return list(dict.fromkeys(look(frame, PASSES[effort])))[:MOST_CODES_A_FRAME]


def decode_image(path: Path) -> list[Scan]:
    """The codes in a picture file; BadInput where it is none or too large."""
    from PIL import Image, ImageOps

    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000))
                return decode(grey(ImageOps.exif_transpose(image)))
    except Image.DecompressionBombError as error:
        raise BadInput(sentence("picture.too_large", limit=MOST_PIXELS // 1_000_000)) from error
    except (OSError, ValueError, SyntaxError) as error:
        # Pillow reports a damaged file in any of these ways.
        raise BadInput(sentence("picture.unreadable", name=path.name)) from error


def grey(image: Any) -> Frame:
    import numpy as np

    return np.asarray(image.convert("L"))
