"""A GS1 code (GS1-128, DataBar, GS1 DataMatrix, GS1 QR, Digital Link) -> what it says of the goods it is on.

What the identifiers mean is biip's to know (GS1 General Specifications 3). Read here are the GTIN (01), the net weight
(310n) and the last day of use (17, 7003); all else, prices too, is passed over. The text itself stays as it came.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP
from typing import TYPE_CHECKING

from loyalty.codes import gtin_is_valid
from loyalty.label import Label, gtin_in_catalogue
from terminal.scanner.scan import GROUP_SEPARATOR

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementStrings

GS1_SYMBOLOGIES = frozenset({"]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"})
"""AIM identifiers (ISO/IEC 15424) of codes that hold GS1 elements."""
MAX_CHARS = 1024
_GOODS = re.compile(r"01([0-9]{14})")
_SERIAL_NEXT = "21"
_LINK = re.compile(r"https?://[^\s?#]+/01/[0-9]{8,14}(?:[/?#]|\Z)", re.IGNORECASE)


def read_label(text: str, symbology: str = "") -> Label | None:
    """What the code says, or None where it names no goods. `symbology` is its AIM identifier, where one came: one that
    is not GS1's own is believed only if the code begins with a right GTIN."""
    code = text.strip(" \t\r\n")
    if len(code) > MAX_CHARS:
        return None
    if _LINK.match(code):
        return _of_elements(_link_elements(code))
    marked = code.startswith(GROUP_SEPARATOR)
    code = code.removeprefix(GROUP_SEPARATOR)
    goods = _GOODS.match(code)
    begins = goods is not None and gtin_is_valid(goods.group(1))
    surely = marked or symbology in GS1_SYMBOLOGIES
    if not (surely or (begins and len(code) > 16)):
        return None
    label = _of_elements(_message_elements(code))
    if label is None and goods is not None and begins and (surely or code.startswith(_SERIAL_NEXT, 16)):
        # Something behind the GTIN is not as GS1 has it, as where a scanner leaves the separators out: which goods
        # they are is sure all the same.
        return Label(gtin_in_catalogue(goods.group(1)))
    return label


def _message_elements(code: str) -> GS1ElementStrings | None:
    from biip import BiipException, ParseConfig
    from biip.gs1_messages import GS1Message

    try:
        return GS1Message.parse(code, config=ParseConfig(gs1_element_strings_verify_date=False)).element_strings
    except (BiipException, ValueError):
        return None


def _link_elements(code: str) -> GS1ElementStrings | None:
    from biip import BiipException, ParseConfig
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        return GS1DigitalLinkURI.parse(code, config=ParseConfig(gs1_element_strings_verify_date=False)).element_strings
    except (BiipException, ValueError):
        return None


def _of_elements(elements: GS1ElementStrings | None) -> Label | None:
    goods = elements.get(ai="01") if elements else None
    if elements is None or goods is None or not gtin_is_valid(goods.value.zfill(14)):
        return None
    until = next((each.date for ai in ("17", "7003") if (each := elements.get(ai=ai)) and each.date), None)
    gtin = gtin_in_catalogue(goods.value.zfill(14))
    return Label(gtin, _weight_g(elements), until.isoformat() if until else "")


def _weight_g(elements: GS1ElementStrings) -> int | None:
    """Net weight in kilograms with n decimals (310n), to the gram; nothing at all is a scale's mistake."""
    weight = next((each.decimal for each in elements if each.ai.ai[:3] == "310" and each.decimal is not None), None)
    if weight is None:
        return None
    return int((weight * 1000).quantize(1, ROUND_HALF_UP)) or None
