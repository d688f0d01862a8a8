"""Gift: goods beside the basket, as a line of the receipt at zero; one of several where the buyer may choose."""

import msgspec

from loyalty.basket import MAX_QTY_MILLI
from loyalty.catalogue import Vat
from loyalty.documents.section import Section
from loyalty.granted import Choice, Extra, Granted
from loyalty.money import MAX_MINOR
from loyalty.rewards.mechanic import GrantMechanic
from loyalty.rewards.reach import MAX_PIECES
from loyalty.scene import Scene
from loyalty.sentences import Sentence, sentence

MAX_OPTIONS = 20
MAX_CODE_CHARS = 64

SENTENCES = {
    "gift.given": ("В подарок: {name_ru}, {qty_milli} шт.", "Free: {name_en}, {qty_milli} pc."),
    "gift.choose": ("Выберите подарок: {names_ru}", "Choose a gift: {names_en}"),
    "gift.unknown": (
        "Подарка «{code}» здесь нет. Выберите: {names_ru}",
        "There is no gift “{code}” here. Choose: {names_en}",
    ),
    "gift.none": ("не сказано, что дарится", "no gift is named"),
    "gift.none.mend": ("добавьте options с одним товаром или несколькими", "add options with one product or several"),
    "gift.twice": ("код «{code}» уже есть выше", "the code “{code}” is already there above"),
    "gift.twice.mend": ("уберите повтор", "remove it"),
}
_VATS: tuple[Vat, ...] = ("none", "0", "5", "7", "10", "20", "22")


class Option(msgspec.Struct, frozen=True):
    """Goods that may be given: `qty` pieces for each combination; `worth_minor` is what one is worth to a member."""

    code: str
    name_ru: str
    name_en: str
    vat: Vat = "none"
    worth_minor: int = 0
    qty: int = 1


class Gift(GrantMechanic, frozen=True, tag="gift"):
    """The one option, or that of several which the buyer has chosen (`Basket.choices`)."""

    options: tuple[Option, ...]

    @classmethod
    def read(cls, section: Section) -> "Gift":
        parts = section.parts("options", MAX_OPTIONS)
        options = tuple(_option(part) for part in parts)
        if not parts:
            section.note("options", sentence("gift.none"), sentence("gift.none.mend"))
        for number, option in enumerate(options, start=1):
            if option.code and option.code in [each.code for each in options[: number - 1]]:
                twice = sentence("gift.twice", code=option.code)
                section.note(f"options[{number}].code", twice, sentence("gift.twice.mend"))
        return cls(options)

    def grant(self, scene: Scene, campaign_id: str) -> Granted:
        offered = tuple(_extra(option, campaign_id, scene.times) for option in self.options)
        wanted = offered[0].code if len(offered) == 1 else scene.basket.choices.get(campaign_id, "")
        chosen = tuple(extra for extra in offered if extra.code == wanted)
        return Granted(chosen) if chosen else Granted(choices=(Choice(campaign_id, offered, wanted),))

    def told(self, granted: Granted) -> Sentence:
        for extra in granted.extras:
            return sentence("gift.given", name_ru=extra.name_ru, name_en=extra.name_en, qty_milli=extra.qty_milli)
        refused = next((choice.refused for choice in granted.choices), "")
        names_ru, names_en = ", ".join(o.name_ru for o in self.options), ", ".join(o.name_en for o in self.options)
        if refused:
            return sentence("gift.unknown", code=refused, names_ru=names_ru, names_en=names_en)
        return sentence("gift.choose", names_ru=names_ru, names_en=names_en)


def _extra(option: Option, campaign_id: str, times: int) -> Extra:
    qty = min(option.qty * times, MAX_QTY_MILLI // 1000)
    return Extra(
        campaign_id, option.code, option.name_ru, option.name_en, qty * 1000, option.vat, option.worth_minor * qty
    )


def _option(part: Section) -> Option:
    name = part.required("name", '{ ru = "…", en = "…" }')
    option = Option(
        part.text("code", limit=MAX_CODE_CHARS),
        name.text("ru"),
        name.text("en"),
        part.choice("vat", _VATS, "none"),
        part.whole("worth_minor", 0, MAX_MINOR, 0),
        part.whole("qty", 1, MAX_PIECES, 1),
    )
    name.finish()
    part.finish()
    return option
