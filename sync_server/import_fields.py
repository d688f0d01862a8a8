"""Single fields of imported rows: each either a value or the reason it cannot be one."""

import re
from datetime import date
from typing import Literal

import phonenumbers

from loyalty.codes import CardCode, CodeRanges, ProductCode, classify, parse_phone
from loyalty.documents.section import ID
from loyalty.events import Consent
from loyalty.money import MAX_MINOR
from loyalty.sentences import Sentence, sentence
from sync_server.csv_rows import Row

MAX_POINTS = 1_000_000_000
MAX_RECEIPTS = 1_000_000
MAX_MORE_CARDS = 10
MAX_NAME_CHARS = 200
MAX_VERSION_CHARS = 40
Purpose = Literal["processing", "advertising"]
_YES, _NO = ("1", "yes", "true", "да"), ("", "0", "no", "false", "нет")
_AMOUNT = re.compile(r"(\d{1,12})(?:[.,](\d{1,2}))?")
_PLU = re.compile(r"\d{5}")

SENTENCES = {
    "import.card": ("номер карты неверен", "the card number is not right"),
    "import.card.mend": (
        "13 цифр, начинаются на {prefixes}, последняя — контрольная",
        "13 digits that begin with {prefixes}; the last one is a check digit",
    ),
    "import.card.mend_old": (
        "13 цифр, начинаются на {prefixes}, последняя — контрольная; или карта прежней системы: {old}",
        "13 digits that begin with {prefixes}, the last one a check digit; or a card of the earlier system: {old}",
    ),
    "import.more_cards": ("другие карты записаны неверно", "the further cards are not written right"),
    "import.more_cards.mend": (
        "через |, не больше {limit}, без повторов; первая карта — в столбце card",
        "parted by |, {limit} at most, each once; the first card is in the column card",
    ),
    "import.phone": ("такого телефона не бывает", "there is no such phone number"),
    "import.phone.mend": ("например +7 903 123-45-67", "for example +7 903 123-45-67"),
    "import.birthday": ("это не дата рождения", "this is no date of birth"),
    "import.birthday.mend": ("запишите как 1990-05-23 или 23.05.1990", "write it as 1990-05-23 or 23.05.1990"),
    "import.points": ("баллы — не целое число", "points are no whole number"),
    "import.points.mend": ("целое число от 0 до {limit}", "a whole number from 0 to {limit}"),
    "import.receipts": ("чеки — не целое число", "receipts are no whole number"),
    "import.receipts.mend": (
        "сколько чеков было: целое число от 0 до {limit}",
        "how many there have been: a whole number from 0 to {limit}",
    ),
    "import.kind": ("вид карты записан неверно", "the kind of card is not written right"),
    "import.kind.mend": (
        "до 64 знаков: строчные латинские буквы, цифры, точка, дефис, подчёркивание",
        "up to 64 of: small Latin letters, digits, dot, hyphen, underscore",
    ),
    "import.kind_what": ("вид карты есть, а карты нет", "there is a kind of card and no card"),
    "import.kind_what.mend": ("впишите карту или уберите вид", "write the card or remove the kind"),
    "import.status": ("такого статуса в программе нет", "the programme has no such status"),
    "import.status.mend": ("один из: {known}", "one of: {known}"),
    "import.consent": ("это не версия текста согласия", "this is no version of a consent's text"),
    "import.consent.mend": (
        "версия до {limit} знаков; чтобы отозвать — нет",
        "a version of up to {limit} characters; to withdraw it: no",
    ),
    "import.until": ("это не дата", "this is no date"),
    "import.until.mend": ("запишите как 2027-05-31 или 31.05.2027", "write it as 2027-05-31 or 31.05.2027"),
    "import.until_what": ("дата есть, а статуса нет", "there is a date and no status"),
    "import.until_what.mend": ("впишите статус или уберите дату", "write the status or remove the date"),
    "import.name": ("имя слишком длинное", "the name is too long"),
    "import.name.mend": ("не больше {limit} знаков", "{limit} characters at most"),
    "import.code": ("код товара неверен", "the product code is not right"),
    "import.code.mend": (
        "EAN-8, EAN-13 или UPC с верной контрольной цифрой; у весового товара — 5 цифр PLU",
        "EAN-8, EAN-13 or UPC with a right check digit; weighed goods have a PLU of 5 digits",
    ),
    "import.price": ("это не цена", "this is no price"),
    "import.price.mend": ("рубли и копейки, например 1234.50", "roubles and kopecks, for example 1234.50"),
    "import.choice": ("такого значения нет", "there is no such value"),
    "import.choice.mend": ("одно из: {known}", "one of: {known}"),
    "import.wide": ("в строке лишние или слишком длинные поля", "the row has too many fields or one too long"),
    "import.wide.mend": ("проверьте разделители и кавычки", "check delimiters and quotes"),
    "import.unclosed": (
        "в строке {line} открыта и не закрыта кавычка",
        "a quote opens in line {line} and is never closed",
    ),
    "import.unclosed.mend": (
        "закройте кавычку, а кавычку внутри текста удвойте",
        "close it; a quote within a text is written twice",
    ),
    "import.empty": ("поле {name} пусто", "field {name} is empty"),
    "import.empty.mend": ("впишите значение", "write a value"),
}


class Unfit(Exception):
    """A field that cannot be used: its text, why, and what to write instead."""

    def __init__(self, value: str, reason: Sentence, mend: Sentence) -> None:
        super().__init__(reason.code)
        self.value, self.reason, self.mend = value, reason, mend


def check_whole(row: Row) -> None:
    """Raises Unfit for a row whose fields cannot be told apart."""
    if row.unclosed:
        raise Unfit("", sentence("import.unclosed", line=row.line), sentence("import.unclosed.mend"))
    if row.wide:
        raise Unfit("", sentence("import.wide"), sentence("import.wide.mend"))


def card(text: str, ranges: CodeRanges) -> str:
    code = text.replace(" ", "")
    if not code:
        return ""
    found = classify(code, ranges)
    if isinstance(found, CardCode):
        return found.number
    raise Unfit(text, sentence("import.card"), _mend_card(ranges))


def _mend_card(ranges: CodeRanges) -> Sentence:
    prefixes = ", ".join(ranges.card_prefixes)
    if ranges.old_cards:
        return sentence("import.card.mend_old", prefixes=prefixes, old=", ".join(ranges.old_cards))
    return sentence("import.card.mend", prefixes=prefixes)


def more_cards(text: str, of_card: str, ranges: CodeRanges) -> tuple[str, ...]:
    """Further cards of the member, parted by bars."""
    cards = tuple(dict.fromkeys(card(each.strip(), ranges) for each in text.split("|") if each.strip()))
    if len(cards) > MAX_MORE_CARDS or of_card in cards or (cards and not of_card):
        raise Unfit(text[:80], sentence("import.more_cards"), sentence("import.more_cards.mend", limit=MAX_MORE_CARDS))
    return cards


def phone(text: str) -> str:
    """E.164, and a number that can exist by the numbering plan of its country."""
    if not text:
        return ""
    e164 = parse_phone(text)
    try:
        if e164 and phonenumbers.is_valid_number(phonenumbers.parse(e164)):
            return e164
    except phonenumbers.NumberParseException:
        pass
    raise Unfit(text, sentence("import.phone"), sentence("import.phone.mend"))


def name(text: str) -> str:
    if len(text) > MAX_NAME_CHARS:
        raise Unfit(text[:40], sentence("import.name"), sentence("import.name.mend", limit=MAX_NAME_CHARS))
    return text


def birthday(text: str, today: date) -> str:
    if not text:
        return ""
    found = _date(text)
    if found and date(1900, 1, 1) <= found <= today:
        return found.isoformat()
    raise Unfit(text, sentence("import.birthday"), sentence("import.birthday.mend"))


def points(text: str) -> int:
    number = _whole(text, MAX_POINTS)
    if number is None:
        raise Unfit(text, sentence("import.points"), sentence("import.points.mend", limit=MAX_POINTS))
    return number


def receipts(text: str) -> int:
    """How many sale receipts the member has had before."""
    number = _whole(text, MAX_RECEIPTS)
    if number is None:
        raise Unfit(text, sentence("import.receipts"), sentence("import.receipts.mend", limit=MAX_RECEIPTS))
    return number


def _whole(text: str, limit: int) -> int | None:
    cleaned = text.replace(" ", "").replace("\u00a0", "") or "0"
    fits = cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 12 and int(cleaned) <= limit
    return int(cleaned) if fits else None


def card_kind(text: str, of_card: str) -> str:
    """What campaigns call cards of this kind by: an id."""
    if not text:
        return ""
    if not ID.fullmatch(text):
        raise Unfit(text[:80], sentence("import.kind"), sentence("import.kind.mend"))
    if not of_card:
        raise Unfit(text, sentence("import.kind_what"), sentence("import.kind_what.mend"))
    return text


def status(text: str, known: tuple[str, ...]) -> str:
    """A status of the programme; the lowest where none is given."""
    if not known or text in known:
        return text
    if not text:
        return known[0]
    raise Unfit(text, sentence("import.status"), sentence("import.status.mend", known=", ".join(known)))


def status_until(text: str, of_status: str) -> str:
    """The last date of a status that was brought along; empty where the programme's rule says it."""
    if not text:
        return ""
    if not of_status:
        raise Unfit(text, sentence("import.until_what"), sentence("import.until_what.mend"))
    return _day(text)


def expires(text: str) -> str:
    """The last date points that were brought along can be spent; empty where they never run out."""
    return day(text)


def day(text: str) -> str:
    """A date, as ISO writes it; empty where there is none."""
    return _day(text) if text else ""


def consent(text: str, purpose: Purpose) -> Consent | None:
    """The version of the text agreed to, or a word for no; None where nothing is said."""
    if not text:
        return None
    if text.casefold() in _NO:
        return Consent(purpose, "", given=False)
    if len(text) > MAX_VERSION_CHARS or not text.isprintable():
        raise Unfit(text[:80], sentence("import.consent"), sentence("import.consent.mend", limit=MAX_VERSION_CHARS))
    return Consent(purpose, text, given=True)


def _day(text: str) -> str:
    found = _date(text)
    if found is None:
        raise Unfit(text, sentence("import.until"), sentence("import.until.mend"))
    return found.isoformat()


def _date(text: str) -> date | None:
    """`1990-05-23` or `23.05.1990`."""
    try:
        return date.fromisoformat("-".join(reversed(text.split("."))) if "." in text else text)
    except ValueError:
        return None


def product_code(text: str, unit: str, ranges: CodeRanges) -> str:
    if unit == "kg" and _PLU.fullmatch(text):
        return text
    found = classify(text, ranges)
    if isinstance(found, ProductCode):
        return found.gtin
    raise Unfit(text, sentence("import.code"), sentence("import.code.mend"))


def price(text: str, empty_minor: int | None = None) -> int:
    """Roubles with or without kopecks, as minor units."""
    if not text and empty_minor is not None:
        return empty_minor
    match = _AMOUNT.fullmatch(text.replace(" ", "").replace("\u00a0", ""))
    minor = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else MAX_MINOR + 1
    if minor > MAX_MINOR:
        raise Unfit(text, sentence("import.price"), sentence("import.price.mend"))
    return minor


def choice(text: str, choices: dict[str, str]) -> str:
    """The value one of several spellings stands for."""
    found = choices.get(text.casefold())
    if found is None:
        raise Unfit(
            text, sentence("import.choice"), sentence("import.choice.mend", known=", ".join(filter(None, choices)))
        )
    return found


def truth(text: str) -> bool:
    return choice(text, {**dict.fromkeys(_YES, "1"), **dict.fromkeys(_NO, "0")}) == "1"


def filled(text: str, column: str) -> str:
    if not text:
        raise Unfit(text, sentence("import.empty", name=column), sentence("import.empty.mend"))
    return name(text)
