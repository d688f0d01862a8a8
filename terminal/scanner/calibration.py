"""Two scans of known codes -> how this scanner frames its codes, as far as the till has to know it.

The codes are printed on the calibration sheet. What was inferred is tried on the same bytes before it is believed.
"""

from __future__ import annotations

import math

import msgspec

from terminal.scanner.bursts import Burst
from terminal.scanner.framing import AIM_IDENTIFIER, ENDS, STX, Dropped, Frame, Framer, Framing
from terminal.scanner.layout import of_russian_keys

DIGITS = "4600000000015"
"""An EAN-13: the numbers 460 0000 are kept for examples."""
LETTERS = "Kopilka:2/Zx"
"""A Code 128 whose every letter, colon and slash has another character on its key in a Russian layout."""
MOST_AFFIX_CHARS = 64
LEAST_IDLE_S, MOST_IDLE_S = 0.04, 0.6
SUFFIXES = "".join(map(chr, sorted(ENDS)))
CONTROLS = SUFFIXES + chr(STX)
SENTENCES = {
    "probe.scan": (
        "Отсканируйте оба кода листа калибровки; лист печатает kopilka devices sheet",
        "Scan both codes of the calibration sheet; kopilka devices sheet makes it",
    ),
    "probe.heard": (
        "Код принят, {bytes:байт|байта|байтов}", "A code has come, {bytes:byte|bytes}",
    ),
    "probe.more": ("теперь другой код листа", "now the other code of the sheet"),
    "probe.not_read": (
        "коды листа не узнаны: отсканируйте оба, код 1 и код 2",
        "not the sheet's codes: scan both, code 1 and code 2",
    ),
    "probe.same": (
        "это тот же код листа: отсканируйте другой", "the same code of the sheet again: scan the other one",
    ),
    "probe.no_check_digit": (
        "сканер не передаёт контрольную цифру EAN-13: включите её передачу по его инструкции",
        "the scanner leaves out the check digit of EAN-13: switch it on, its manual says how",
    ),
    "probe.varies": (
        "сканер ставит вокруг кода разное: выключите идентификатор кода или длину, либо включите AIM",
        "what the scanner puts round a code varies: switch code identifier and length off, or to AIM",
    ),
    "probe.affix": (
        "перед кодом или после него не текст или больше 64 знаков: верните сканеру заводские настройки",
        "before or after the code is no text, or over 64 characters: give the scanner its factory settings",
    ),
    "probe.unreadable": (
        "код с такими символами вокруг не прочесть: верните сканеру заводские настройки",
        "with such characters round it no code is read: give the scanner its factory settings",
    ),
    "probe.hint": (
        "Что приходит от сканера, показывает kopilka devices listen",
        "kopilka devices listen shows what comes from the scanner",
    ),
    "probe.aim": (
        "Идентификаторы AIM приходят и снимаются сами", "AIM identifiers come, and are taken off by themselves",
    ),
    "probe.named": ("Порт {port} в devices.toml уже у {id}", "In devices.toml {id} has {port} already"),
    "probe.named.hint": (
        "Уберите его из файла или слушайте: kopilka devices listen",
        "Take it out of the file, or listen: kopilka devices listen",
    ),
    "sheet.suffix": (
        "{name}: лист калибровки пишется как .pdf или .png", "{name}: the calibration sheet is written as .pdf or .png",
    ),
    "probe.write": ("Дописать в {file}?", "Add it to {file}?"),
    "probe.written": (
        "Записано в {file}; касса прочтёт при запуске", "Written to {file}; the till reads it when it starts",
    ),
}  # fmt: skip

Why = str
"""not_read: neither code is in what came · same: one code twice · no_check_digit · varies: what stands round the codes
differs between them · affix: prefix or postfix is no text, or too long · unreadable: read as inferred, the codes do not
come out."""


class Inferred(msgspec.Struct, frozen=True):
    """How one scanner sends its codes; `aim` says whether AIM identifiers come with them."""

    prefix: str
    postfix: str
    suffix_known: bool
    russian_layout: bool
    aim: bool
    idle_s: float

    @property
    def framing(self) -> Framing:
        return Framing(
            prefix=self.prefix.encode(),
            postfix=self.postfix.encode(),
            suffix_known=self.suffix_known,
            russian_layout=self.russian_layout,
            idle_s=self.idle_s,
        )


class _Parts(msgspec.Struct, frozen=True):
    """One scan taken apart round its known code; texts as they came."""

    prefix: str
    aim: str
    postfix: str
    ends: bool


def infer(first: Burst, second: Burst) -> Inferred | Why:
    """How the scanner frames, from a scan of each code in either order; or why that cannot be said."""
    texts = [_text(burst.raw) for burst in (first, second)]
    if None in texts:
        return "affix"
    one, other = (text or "" for text in texts)
    for digits, letters in ((one, other), (other, one)):
        for russian in (False, True):
            parts = (_apart(digits, DIGITS, russian), _apart(letters, LETTERS, russian))
            if parts[0] is not None and parts[1] is not None:
                return _joined(parts[0], parts[1], russian, (first, second))
    for known in (DIGITS, LETTERS):
        for russian in (False, True):
            if all(_apart(text, known, russian) for text in (one, other)):
                return "same"
    return "no_check_digit" if any(DIGITS[:-1] in text and DIGITS not in text for text in (one, other)) else "not_read"


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _apart(text: str, known: str, russian: bool) -> _Parts | None:
    meant = of_russian_keys(text) if russian else text
    before, found, _ = meant.partition(known)
    if not found:
        return None
    # Letters stand for keys one to one, so a place in what was meant is the same place in what came.
    head = before.lstrip(CONTROLS)
    aim = head[-3:] if AIM_IDENTIFIER.fullmatch(head[-3:]) else ""
    start = len(before) - len(head)
    after = text[len(before) + len(known) :]
    postfix = after.rstrip(SUFFIXES)
    return _Parts(text[start : len(before) - len(aim)], aim, postfix, len(postfix) < len(after))


def _joined(digits: _Parts, letters: _Parts, russian: bool, bursts: tuple[Burst, Burst]) -> Inferred | Why:
    if (digits.prefix, digits.postfix) != (letters.prefix, letters.postfix):
        return "varies"
    if max(len(digits.prefix), len(digits.postfix)) > MOST_AFFIX_CHARS:
        return "affix"
    pause_s = max(burst.longest_pause_s for burst in bursts)
    inferred = Inferred(
        prefix=digits.prefix,
        postfix=digits.postfix,
        suffix_known=digits.ends and letters.ends,
        russian_layout=russian,
        aim=bool(digits.aim or letters.aim),
        idle_s=min(max(LEAST_IDLE_S, math.ceil(pause_s * 200) / 100), MOST_IDLE_S),
    )
    read = {text for burst in bursts for text in codes_in(burst, inferred.framing)}
    return inferred if read == {DIGITS, LETTERS} else "unreadable"


def codes_in(burst: Burst, framing: Framing) -> list[str]:
    """What the till would read of these bytes; bytes that make no code are an empty text."""
    framer = Framer(framing)
    done: list[Frame | Dropped] = [*framer.feed(burst.raw, 0.0), *framer.poll(framing.stall_s + framing.idle_s)]
    return [item.text if isinstance(item, Frame) else "" for item in done]
