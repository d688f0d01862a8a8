"""What this till may still give of campaigns with a budget, and when it asks the head office for more.

The till's thread says which programme it sells by and what customers wait for; the sync's thread asks. A till that has
given nothing since it asked, and is asked for nothing, does not ask again.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from loyalty.api import SharesAsk, SharesReply, ShareTold
from loyalty.conditions import Stores
from loyalty.programme import Campaign, Programme
from loyalty.quoted import Quote, given_by
from loyalty.quoting.limits import Room
from loyalty.shares import KINDS, Amount, Budget, Kind, Share, room_of
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_shares import Kept, keep_shares

_REFUSALS = ("limit.budget", "limit.no_share", "limit.share_times", "limit.share_minor", "limit.share_points")


class ShareBook:
    """The shares of one till in the store `shop`; any thread may call."""

    def __init__(self, journal: Journal, shop: str) -> None:
        self._journal = journal
        self._shop = shop
        self._lock = threading.Lock()
        self._programme: Programme | None = None
        self._budgets: dict[str, Budget] = {}
        self._wanted: dict[str, Amount] = {}
        self._unanswered: set[str] = set()

    def follow(self, programme: Programme) -> None:
        """From now on the till sells by this programme."""
        if programme is self._programme:
            return
        stores = programme.terms.groups_of_store.get(self._shop, ())
        budgets = {each.id: each.budget for each in programme.campaigns if _is_here(each, self._shop, stores)}
        with self._lock:
            self._programme = programme
            self._budgets = {name: budget for name, budget in budgets.items() if budget != Budget()}
            self._wanted, self._unanswered = {}, set()

    def left(self) -> tuple[dict[str, Room], dict[str, Share]]:
        """What may still be given of each campaign with a budget, and of which share that is what is left."""
        if not self._budgets:
            return {}, {}
        kept = self._kept()
        rooms = {name: room_of(budget, kept[name].share) for name, budget in self._budgets.items()}
        return rooms, {name: each.share for name, each in kept.items()}

    def want(self, quote: Quote, unbounded: Callable[[], Quote]) -> bool:
        """Note what a customer could not have for want of a share; whether that is news. `unbounded` quotes the same
        basket as if there were no budgets."""
        lacking = _lacking(quote, self.left()[0]) if self._budgets else {}
        if not lacking:
            return False
        full = given_by(unbounded())
        wanted = {name: _of_kinds(full.get(name, Amount()), kinds) for name, kinds in lacking.items()}
        wanted = {name: amount for name, amount in wanted.items() if amount != Amount()}
        with self._lock:
            news = any(self._wanted.get(name) != amount for name, amount in wanted.items())
            self._wanted |= wanted
        return news

    def due(self) -> bool:
        """Whether there is anything to ask or to tell."""
        return bool(self._budgets) and any(self._is_due(name, kept) for name, kept in self._kept().items())

    def ask(self) -> SharesAsk:
        """What to ask for now."""
        told = (
            ShareTold(name, kept.share.granted, kept.share.used, self._wanted.get(name, Amount()))
            for name, kept in self._kept().items()
            if self._is_due(name, kept)
        )
        return SharesAsk(tuple(told))

    def take(self, asked: SharesAsk, reply: SharesReply) -> bool:
        """The answer; whether a share is another now. What the head office does not speak of has no budget under its
        programme, and is not asked for again under ours."""
        told = {each.campaign_id: each.used for each in asked.shares}
        before, programme = self.left()[1], self._named()
        self._journal.write(lambda c: keep_shares(c, reply.shares, told, programme))
        with self._lock:
            self._unanswered |= told.keys() - {each.campaign_id for each in reply.shares}
            for each in asked.shares:
                if self._wanted.get(each.campaign_id) == each.wanted:
                    del self._wanted[each.campaign_id]
        return before != self.left()[1]

    def _kept(self) -> Mapping[str, Kept]:
        return self._journal.kept_shares(self._budgets)

    def _is_due(self, name: str, kept: Kept) -> bool:
        if name in self._unanswered:
            return False
        return name in self._wanted or kept.told != kept.share.used or kept.programme != self._named()

    def _named(self) -> str:
        return f"{self._programme.id}/{self._programme.version}" if self._programme else ""


def _is_here(campaign: Campaign, shop: str, groups: tuple[str, ...]) -> bool:
    """Whether it may apply in the store at all: a share elsewhere would only be kept from others."""
    stores = (each for each in campaign.conditions if isinstance(each, Stores))
    return all(shop in each.stores or set(groups) & set(each.groups) for each in stores)


def _of_kinds(amount: Amount, kinds: Sequence[Kind]) -> Amount:
    return Amount(*(amount.of(kind) if kind in kinds else 0 for kind in KINDS))


def _lacking(quote: Quote, rooms: Mapping[str, Room]) -> dict[str, tuple[Kind, ...]]:
    """campaign id -> the kinds of which there was too little."""
    found: dict[str, tuple[Kind, ...]] = {}
    for told in quote.explanations:
        room = rooms.get(told.campaign_id)
        if room is not None and told.outcome == "blocked" and told.said.code in _REFUSALS:
            found[told.campaign_id] = tuple(kind for kind in KINDS if getattr(room, kind) == 0)
    for name, given in given_by(quote).items():
        room = rooms.get(name)
        last = tuple(kind for kind in KINDS if kind != "times" and room and given.of(kind) == getattr(room, kind))
        if last:
            found[name] = last
    return found
