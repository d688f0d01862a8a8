"""Bank cards of members: what was registered and withdrawn, and for whom each stands.

What was done with one card lies together, in a shard of its own, whichever tills did it and in whatever order that
came. For whom the card stands follows from it: for the first member it came for, by the order of arrival, until that
member withdraws it; a member's own acts count in the order they were made. Identity rows name all cards that stand for
the member, of too many those registered last, and are read again after they are written: of two processes with one card
the last one sees what both have brought.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Row, select

from loyalty.bank_card import TAIL_DIGITS, masked_tail
from loyalty.errors import NotNow, StoreFault
from loyalty.events import BankCardRegistered, BankCardWithdrawn, MemberEnrolled, bucket_of, canonical
from loyalty.feed import MAX_BANK_CARDS, IdentRow
from loyalty.sentences import sentence
from sync_server.arrivals import Arrived
from sync_server.find_member import FoundMember, Place, place_by_id, read_gone
from sync_server.flags import flag
from sync_server.heads import Change, put_rows
from sync_server.rows import insert_rows, select_by
from sync_server.schema import BANK_CARD, FEED, FLAG
from sync_server.store import Bucket, Shard, Store, Tx

MAX_TOGETHER = 2000
"""Acts of one transaction on SQLite."""
MAX_LOOKS = 100
"""Another process has changed the very same cards each time."""
_ACT = ("token", "event_id", "member_id", "given", "at_ms", "received_ms", "by_whom", "tail")
_ident = msgspec.json.Decoder(IdentRow)

SENTENCES = {
    "bank_cards.none": (
        "Эта банковская карта за участником не записана",
        "This bank card does not stand for the member",
    ),
    "bank_cards.busy": (
        "Банковские карты всё время меняет другой процесс",
        "Another process keeps changing the bank cards",
    ),
}


class CardAct(msgspec.Struct, frozen=True):
    """One thing done with a bank card: registered for the member (`given`) or withdrawn."""

    token: str
    event_id: str
    member_id: str
    given: bool
    at_ms: int
    received_ms: int
    account_id: str = ""
    """The account of that time, in whose bucket its event is; empty for what was done at the head office."""
    by_whom: str = ""
    tail: str = ""

    @property
    def abucket(self) -> int:
        return bucket_of(self.token)


def holder(acts: Iterable[CardAct]) -> str:
    """The member a bank card stands for, by all that was done with it; empty: for nobody."""
    standing: dict[str, tuple[int, str]] = {}
    for act in sorted(acts, key=lambda each: (each.at_ms, each.event_id)):
        came = (act.received_ms, act.event_id)
        if act.given:
            standing[act.member_id] = min(standing.get(act.member_id, came), came)
        else:
            standing.pop(act.member_id, None)
    return min(standing, key=lambda member: standing[member], default="")


def take_bank_cards(store: Store, arrived: Sequence[Arrived]) -> None:
    """Take down what these events did with bank cards, each once, and tell tills. Ask it before they are applied: a
    till that hears that an event of its own is counted must find what came of it."""
    acts = {event.event_id: act for event in reversed(arrived) for act in _acts(event)}
    if not acts:
        return
    note(store, acts.values())
    holders = settle(store, {act.token for act in acts.values()})
    for event in arrived:
        act = acts.get(event.event_id)
        if act is not None and act.given and holders[act.token] not in ("", _survivor_id(store, act.member_id)):
            row = flag(event, "bank_card_taken", "the bank card stands for another member")
            store.write(partial(insert_rows, table=FLAG, rows=[row]), event.bucket)


def settle_new(store: Store, arrived: Iterable[Arrived]) -> None:
    """Bank cards that came before the member did. Ask it once these events are applied."""
    members = {event.body.member_id for event in arrived if isinstance(event.body, MemberEnrolled)}
    if members:
        settle(store, tokens_of(store, members))


def tokens_of(store: Store, member_ids: Collection[str]) -> set[str]:
    """Every bank card that was ever registered for one of these."""
    query = select(BANK_CARD.c.token).where(BANK_CARD.c.member_id.in_(member_ids))
    with store.read() as tx:
        return set(tx.execute(query).scalars())


class Registered(msgspec.Struct, frozen=True):
    """A bank card that stands for a member: since when, and who registered it. `known` to tills are the last ones, as
    many as a row of the feed names."""

    token: str
    at_ms: int
    by_whom: str
    tail: str = ""
    known: bool = True

    @property
    def masked(self) -> str:
        return masked_tail(self.tail)


def read_registered(
    tx: Tx, member_id: str, everyone: Collection[str], known: Collection[str]
) -> tuple[Registered, ...]:
    """The bank cards that stand for a member, newest first; `everyone` are the member and who was merged into it,
    `known` the cards tills are told of."""
    of_member = select(BANK_CARD.c.token).where(BANK_CARD.c.member_id.in_(everyone))
    standings = _read_standings(tx, set(tx.execute(of_member).scalars()))
    mine = [token for token, each in standings.items() if each.member_id == member_id]
    last: dict[str, Registered] = {}
    for row in sorted(_acts_with(tx, mine), key=lambda each: each.at_ms):
        if row.given and row.member_id in everyone:
            last[row.token] = Registered(row.token, row.at_ms, row.by_whom, row.tail, row.token in known)
    return tuple(sorted(last.values(), key=lambda each: (-each.at_ms, each.token)))


def count_unknown(store: Store, member: FoundMember) -> int:
    """How many bank cards stand for the member that tills are not told of."""
    with store.read() as tx:
        everyone = {each.member_id for each in (member.place, *read_gone(tx, member.place))}
        cards = read_registered(tx, member.place.member_id, everyone, member.ident.bank_cards)
    return sum(not card.known for card in cards)


def withdraw(store: Store, place: Place, token: str, who: str, at_ms: int, act_id: str) -> None:
    """Have the card stand for the member no more, whatever a till's clock said of its registration. Raises NotNow."""
    if _standings(store, [token]).get(token, _Standing(token, "", ())).member_id != place.member_id:
        raise NotNow(sentence("bank_cards.none"))
    with store.read() as tx:
        last_ms = max(act.at_ms for act in _acts_with(tx, [token]))
    note(store, [CardAct(token, act_id, place.member_id, False, max(at_ms, last_ms + 1), at_ms, "", who)])
    settle(store, [token])


def note(store: Store, acts: Iterable[CardAct]) -> None:
    """Write acts down; those that are there stay as they are."""
    groups: defaultdict[int, list[CardAct]] = defaultdict(list)
    for act in acts:
        groups[0 if store.sqlite else act.abucket].append(act)
    for group in groups.values():
        for at in range(0, len(group), MAX_TOGETHER):
            rows = [{**msgspec.structs.asdict(act), "abucket": act.abucket, "given": int(act.given)} for act in group]
            bucket: Bucket = "many" if store.sqlite else Shard("abucket", group[0].abucket)
            store.write(partial(insert_rows, table=BANK_CARD, rows=rows[at : at + MAX_TOGETHER]), bucket)


def settle(store: Store, tokens: Collection[str]) -> dict[str, str]:
    """Have the identity rows of everyone these bank cards were ever registered for say which cards stand for them:
    token -> member_id, empty for nobody. Done twice it is done once. Raises StoreFault."""
    told: Mapping[Place, tuple[str, ...]] = {}
    for _ in range(MAX_LOOKS):
        now = _standings(store, tokens)
        wanted = _cards_of(store, {place for each in now.values() for place in each.places})
        changed = {place: cards for place, cards in wanted.items() if told.get(place) != cards}
        if not changed:
            return {token: now[token].member_id if token in now else "" for token in tokens}
        _tell(store, changed)
        told = wanted
    raise StoreFault(sentence("bank_cards.busy"))


def newest(cards: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """Of bank cards (when registered, token) those that tills are told of: the last ones, as many as a row names."""
    return tuple(sorted(token for _, token in sorted(cards, reverse=True)[:MAX_BANK_CARDS]))


class _Standing(msgspec.Struct, frozen=True):
    """A bank card, for whom it stands, when that member registered it last, and where everyone it was ever registered
    for is kept."""

    token: str
    member_id: str
    places: tuple[Place, ...]
    at_ms: int = 0


def _acts(event: Arrived) -> Iterator[CardAct]:
    """One, or none for another event, and for one of an erased member, which names no card any more."""
    body = event.body
    if isinstance(body, BankCardRegistered | BankCardWithdrawn) and body.token:
        tail = body.tail[-TAIL_DIGITS:] if isinstance(body, BankCardRegistered) else None
        yield CardAct(
            body.token, event.event_id, body.member_id, tail is not None, event.at_ms, event.received_ms,
            event.account_id, body.cashier, tail or "",
        )  # fmt: skip


def _acts_with(tx: Tx, tokens: Iterable[str]) -> Sequence[Row[Any]]:
    """All that was done with these bank cards."""
    return select_by(tx, BANK_CARD, _ACT, ("abucket", "token"), [(bucket_of(token), token) for token in tokens])


def _standings(store: Store, tokens: Collection[str]) -> dict[str, _Standing]:
    with store.read() as tx:
        return _read_standings(tx, tokens)


def _read_standings(tx: Tx, tokens: Collection[str]) -> dict[str, _Standing]:
    acts: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in _acts_with(tx, tokens):
        acts[row.token].append(row)
    members = {row.member_id for rows in acts.values() for row in rows}
    places = {member: place for member in members if (place := place_by_id(tx, member))}
    return {token: _standing(token, rows, places) for token, rows in acts.items()}


def _standing(token: str, rows: Sequence[Row[Any]], places: Mapping[str, Place]) -> _Standing:
    """Members who were merged are the one that was kept; one who has not come yet does not count."""
    acts = [
        CardAct(token, row.event_id, places[row.member_id].member_id, bool(row.given), row.at_ms, row.received_ms)
        for row in rows
        if row.member_id in places
    ]
    member_id = holder(acts)
    at_ms = max((act.at_ms for act in acts if act.given and act.member_id == member_id), default=0)
    concerned = {places[row.member_id] for row in rows if row.member_id in places}
    return _Standing(token, member_id, tuple(sorted(concerned)), at_ms)


def _cards_of(store: Store, places: Collection[Place]) -> dict[Place, tuple[str, ...]]:
    """What the identity rows kept at these places are to say, by all that was ever done for the members."""
    with store.read() as tx:
        everyone = {place.member_id: [place, *read_gone(tx, place)] for place in places}
    found = _standings(store, tokens_of(store, {each.member_id for mine in everyone.values() for each in mine}))
    standing: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for each in found.values():
        standing[each.member_id].append((each.at_ms, each.token))
    return {place: newest(standing[place.member_id]) for place in places}


def _survivor_id(store: Store, member_id: str) -> str:
    with store.read() as tx:
        place = place_by_id(tx, member_id)
    return place.member_id if place else member_id


def _tell(store: Store, wanted: Mapping[Place, tuple[str, ...]]) -> None:
    groups: defaultdict[int, dict[Place, tuple[str, ...]]] = defaultdict(dict)
    for place, cards in wanted.items():
        groups[0 if store.sqlite else place.bucket][place] = cards
    for bucket, group in sorted(groups.items()):
        store.write(partial(_put, wanted=group), "many" if store.sqlite else bucket)


def _put(tx: Tx, wanted: Mapping[Place, tuple[str, ...]]) -> None:
    by_key = {(place.bucket, place.member_id): cards for place, cards in wanted.items()}
    rows = select_by(tx, FEED["ident"], ("bucket", "key", "h", "body"), ("bucket", "key"), by_key, lock=True)
    changes = []
    for row in rows:
        if row.body is None:
            continue
        body = canonical(msgspec.structs.replace(_ident.decode(row.body), bank_cards=by_key[row.bucket, row.key]))
        if body != bytes(row.body):
            changes.append(Change(row.bucket, row.key, body, row.h))
    put_rows(tx, {"ident": changes})
