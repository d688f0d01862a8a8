"""What a quote gives besides prices and points: goods beside the basket, coupons, messages, and a choice to make."""

import msgspec

from loyalty.catalogue import Vat

MAX_GRANTS = 100
"""So many campaigns at most grant something on one receipt."""


class Extra(msgspec.Struct, frozen=True):
    """Goods given as a line of their own, at zero; `worth_minor` is what they are worth to the member."""

    campaign_id: str
    code: str
    name_ru: str
    name_en: str
    qty_milli: int = 1000
    vat: Vat = "none"
    worth_minor: int = 0
    costs: dict[str, int] = {}
    """wallet -> points taken for it."""


class Issue(msgspec.Struct, frozen=True):
    """Coupons to issue with the receipt: how many of which series. Their codes are made when it is completed."""

    campaign_id: str
    series: str
    count: int = 1


class Message(msgspec.Struct, frozen=True):
    """A text for the buyer, on the screen and on the receipt."""

    campaign_id: str
    ru: str
    en: str


class Choice(msgspec.Struct, frozen=True):
    """A gift the buyer has still to choose: any one of these goods; `refused` is a code asked for that is none."""

    campaign_id: str
    options: tuple[Extra, ...]
    refused: str = ""


class Granted(msgspec.Struct, frozen=True):
    """Everything one campaign grants, or all of them together."""

    extras: tuple[Extra, ...] = ()
    issues: tuple[Issue, ...] = ()
    messages: tuple[Message, ...] = ()
    choices: tuple[Choice, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.extras or self.issues or self.messages or self.choices)

    def __add__(self, more: "Granted") -> "Granted":
        return Granted(
            self.extras + more.extras,
            self.issues + more.issues,
            self.messages + more.messages,
            self.choices + more.choices,
        )

    @property
    def pending(self) -> bool:
        """Whether nothing is given before something is chosen."""
        return bool(self.choices) and not (self.extras or self.issues or self.messages)

    @property
    def worth_minor(self) -> int:
        """What the goods are worth to the member; where they are still to be chosen, at least."""
        least = sum(min(option.worth_minor for option in choice.options) for choice in self.choices)
        return least + sum(extra.worth_minor for extra in self.extras)
