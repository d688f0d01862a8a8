"""Bank cards of members: what was registered and withdrawn, and for whom each stands.

What was done with one card lies together, in a shard of its own, whichever tills did it and in whatever order that
came. For whom the card stands follows from it: for the first member it came for, by the order of arrival, until that
member withdraws it; a member's own acts count in the order they were made. Identity rows are made to say so, and read
again after they are written: of two processes with one card the last one sees what both have brought.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Row, select

from loyalty.errors import NotNow, StoreFault
from loyalty.events import BankCardRegistered, BankCardWithdrawn, MemberEnrolled, bucket_of, canonical
from loyalty.feed import MAX_BANK_CARDS, IdentRow
from loyalty.sentences import sentence
from sync_server.arrivals import Arrived
from sync_server.find_member import Place, place_by_id
from sync_server.flags import flag
from sync_server.heads import Change, put_rows
from sync_server.rows import insert_rows, select_by
from sync_server.schema import BANK_CARD, FEED, FLAG
from sync_server.store import Bucket, Shard, Store, Tx

MAX_TOGETHER = 2000
"""Acts of one transaction on SQLite."""
MAX_LOOKS = 100
"""Another process has changed the very same cards each time."""
_ACT = ("token", "event_id", "member_id", "given", "at_ms", "received_ms", "by_whom")
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
    """A bank card that stands for a member: since when, and who registered it."""

    token: str
    at_ms: int
    by_whom: str


def read_registered(tx: Tx, tokens: Iterable[str], members: Collection[str]) -> tuple[Registered, ...]:
    """Of these bank cards, newest first, how each was last registered for one of these: others may have tried since."""
    last: dict[str, Registered] = {}
    for row in sorted(_acts_with(tx, tokens), key=lambda each: each.at_ms):
        if row.given and row.member_id in members:
            last[row.token] = Registered(row.token, row.at_ms, row.by_whom)
    return tuple(sorted(last.values(), key=lambda each: (-each.at_ms, each.token)))


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
    """Have the identity rows say for whom these bank cards stand: token -> member_id, empty for nobody. Done twice it
    is done once. Raises StoreFault."""
    known: Mapping[str, _Standing] = {}
    for _ in range(MAX_LOOKS):
        now = _standings(store, tokens)
        changed = [now[token] for token in now if now[token] != known.get(token)]
        if not changed:
            return {token: known[token].member_id if token in known else "" for token in tokens}
        _tell(store, changed)
        known = now
    raise StoreFault(sentence("bank_cards.busy"))


class _Standing(msgspec.Struct, frozen=True):
    """A bank card, for whom it stands, and where everyone it was ever registered for is kept."""

    token: str
    member_id: str
    places: tuple[Place, ...]


def _acts(event: Arrived) -> Iterator[CardAct]:
    """One, or none for another event, and for one of an erased member, which names no card any more."""
    body = event.body
    if isinstance(body, BankCardRegistered | BankCardWithdrawn) and body.token:
        given = isinstance(body, BankCardRegistered)
        times = (event.at_ms, event.received_ms)
        yield CardAct(body.token, event.event_id, body.member_id, given, *times, event.account_id, body.cashier)


def _acts_with(tx: Tx, tokens: Iterable[str]) -> Sequence[Row[Any]]:
    """All that was done with these bank cards."""
    return select_by(tx, BANK_CARD, _ACT, ("abucket", "token"), [(bucket_of(token), token) for token in tokens])


def _standings(store: Store, tokens: Collection[str]) -> dict[str, _Standing]:
    with store.read() as tx:
        acts: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        for row in _acts_with(tx, tokens):
            acts[row.token].append(row)
        return {token: _standing(tx, token, rows) for token, rows in acts.items()}


def _standing(tx: Tx, token: str, rows: Sequence[Row[Any]]) -> _Standing:
    """Members who were merged are the one that was kept; one who has not come yet does not count."""
    places = {member: place for member in sorted({row.member_id for row in rows}) if (place := place_by_id(tx, member))}
    acts = [
        CardAct(token, row.event_id, places[row.member_id].member_id, bool(row.given), row.at_ms, row.received_ms)
        for row in rows
        if row.member_id in places
    ]
    return _Standing(token, holder(acts), tuple(sorted({*places.values()})))


def _survivor_id(store: Store, member_id: str) -> str:
    with store.read() as tx:
        place = place_by_id(tx, member_id)
    return place.member_id if place else member_id


def _tell(store: Store, standings: Sequence[_Standing]) -> None:
    wanted: defaultdict[Place, dict[str, bool]] = defaultdict(dict)
    for each in standings:
        for place in each.places:
            wanted[place][each.token] = place.member_id == each.member_id
    groups: defaultdict[int, dict[Place, dict[str, bool]]] = defaultdict(dict)
    for place, cards in wanted.items():
        groups[0 if store.sqlite else place.bucket][place] = cards
    for bucket, group in sorted(groups.items()):
        store.write(partial(_put, wanted=group), "many" if store.sqlite else bucket)


def _put(tx: Tx, wanted: Mapping[Place, Mapping[str, bool]]) -> None:
    """`wanted`: member -> token -> whether the card stands for the member. Of too many, those first by their hashes."""
    by_key = {(place.bucket, place.member_id): cards for place, cards in wanted.items()}
    rows = select_by(tx, FEED["ident"], ("bucket", "key", "h", "body"), ("bucket", "key"), by_key, lock=True)
    changes = []
    for row in rows:
        if row.body is None:
            continue
        ident, cards = _ident.decode(row.body), by_key[row.bucket, row.key]
        mine = {*ident.bank_cards, *cards} - {token for token, stands in cards.items() if not stands}
        body = canonical(msgspec.structs.replace(ident, bank_cards=tuple(sorted(mine)[:MAX_BANK_CARDS])))
        if body != bytes(row.body):
            changes.append(Change(row.bucket, row.key, body, row.h))
    put_rows(tx, {"ident": changes})
