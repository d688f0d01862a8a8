"""Stores: the campaign runs in certain stores, named one by one or by group. Other stores hear nothing of it."""

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import Section
from loyalty.scene import HOLDS, UNRELATED, Fact, Scene, Verdict
from loyalty.sentences import sentence

SENTENCES = {
    "stores.none": ("нет ни магазинов, ни групп", "neither stores nor groups are given"),
    "stores.none.mend": ("укажите stores или groups", "give stores or groups"),
}


class Stores(ConditionMechanic, frozen=True, tag="stores"):
    """Any of the `stores`, or any store of the `groups` (the programme's groups of stores)."""

    stores: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @classmethod
    def read(cls, section: Section) -> "Stores":
        stores, groups = section.texts("stores"), section.refs("groups", "store_group")
        if not stores and not groups:
            section.note("", sentence("stores.none"), sentence("stores.none.mend"))
        return cls(stores, groups)

    def judge(self, scene: Scene) -> Verdict:
        store = scene.basket.store
        in_groups = scene.terms.groups_of_store.get(store, ())
        return HOLDS if store in self.stores or any(group in self.groups for group in in_groups) else UNRELATED

    def facts(self) -> tuple[Fact, ...] | None:
        stores = tuple(("store", store) for store in self.stores)
        return stores + tuple(("store_group", group) for group in self.groups)
