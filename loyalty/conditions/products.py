"""Products: which goods the campaign is about."""

from functools import cached_property
from typing import NamedTuple

import msgspec

from loyalty.catalogue import Product
from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import UNRELATED, Fact, Holds, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "products.none": ("не сказано, какие товары", "no goods are named"),
    "products.none.mend": (
        "укажите categories, brands, tags, codes или excluded",
        "give categories, brands, tags, codes or excluded",
    ),
}


class _Lookup(NamedTuple):
    """The values of a set of goods, for looking up: there may be thousands of codes."""

    categories: frozenset[str]
    brands: frozenset[str]
    tags: frozenset[str]
    codes: frozenset[str]


class ProductSet(msgspec.Struct, frozen=True, dict=True):
    """Goods by category, brand, tag or code (as scanned: GTIN or PLU)."""

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def touches(self, product: Product) -> bool:
        """Whether goods fit any one of the keys."""
        given = self._lookup
        return (
            product.category in given.categories
            or product.brand in given.brands
            or product.code in given.codes
            or any(tag in given.tags for tag in product.tags)
        )

    @cached_property
    def _lookup(self) -> _Lookup:
        return _Lookup(*map(frozenset, (self.categories, self.brands, self.tags, self.codes)))


class Products(ConditionMechanic, frozen=True, tag="products", dict=True):
    """Goods that fit every key given (in a key, any value) and none of the keys of `excluded`."""

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    excluded: ProductSet = ProductSet()
    selects = True

    @classmethod
    def read(cls, section: Section) -> "Products":
        excluded, goods = read_set(section.part("excluded")), _goods(section)
        if not any(map(section.has, ("categories", "brands", "tags", "codes", "excluded"))):
            section.note("", sentence("products.none"), sentence("products.none.mend"))
        return cls(goods.categories, goods.brands, goods.tags, goods.codes, excluded)

    def judge(self, scene: Scene) -> Verdict:
        selected = tuple(place for place in scene.selected if self.covers(scene.lines[place].product))
        return Holds(selected) if selected else UNRELATED

    def facts(self) -> tuple[Fact, ...] | None:
        """Its goods by the narrowest key given; goods that are only excluded could be any."""
        kinds = (("code", self.codes), ("brand", self.brands), ("category", self.categories), ("tag", self.tags))
        return next((tuple((kind, each) for each in given) for kind, given in kinds if given), None)

    def covers(self, product: Product) -> bool:
        given = self._lookup
        return (
            (not given.categories or product.category in given.categories)
            and (not given.brands or product.brand in given.brands)
            and (not given.codes or product.code in given.codes)
            and (not given.tags or any(tag in given.tags for tag in product.tags))
            and not self.excluded.touches(product)
        )

    @cached_property
    def _lookup(self) -> _Lookup:
        return _Lookup(*map(frozenset, (self.categories, self.brands, self.tags, self.codes)))


def read_set(section: Section | None) -> ProductSet:
    """The goods a table names; none where there is no table."""
    if section is None:
        return ProductSet()
    goods = _goods(section)
    section.finish()
    return goods


def _goods(section: Section) -> ProductSet:
    return ProductSet(*map(section.texts, ("categories", "brands", "tags", "codes")))
