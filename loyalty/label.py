"""What a GS1 code on goods says of them beside which they are: how much it is, and how long it is good."""

import msgspec

from loyalty.codes import gtin_check_digit


class Label(msgspec.Struct, frozen=True):
    """`gtin` as the catalogue has it, `weight_g` the net weight, `until` the last day of use as an ISO date; None and
    empty where the code does not say."""

    gtin: str
    weight_g: int | None = None
    until: str = ""

    @property
    def goods(self) -> tuple[str, ...]:
        """The codes of the catalogue it may be under. A GTIN-14 that begins with 9 is a measure of the goods (GS1
        General Specifications 2.1.10); any other is a package of so many, which are other goods."""
        if len(self.gtin) == 14 and self.gtin.startswith("9"):
            body = self.gtin[1:13]
            return (self.gtin, body + gtin_check_digit(body))
        return (self.gtin,)


def gtin_in_catalogue(gtin14: str) -> str:
    """A GTIN of fourteen digits as it is printed on the goods: EAN-8, EAN-13, or all fourteen."""
    if gtin14.startswith("000000"):
        return gtin14[6:]
    return gtin14[1:] if gtin14.startswith("0") else gtin14
