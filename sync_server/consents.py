"""What members say on consents: each word is kept, as proof, and the identity row says which holds.

Where the member's row is in another bucket (the word came with a family's account, or for one who was merged into
another), an effect carries the word there. The last word holds in whatever order words come (`loyalty/consents.py`), so
telling a row twice, or late, changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from loyalty.consents import Purpose, Said, is_given, joined, word_ms
from loyalty.errors import NotNow
from loyalty.events import ConsentChanged, MemberEnrolled, canonical
from loyalty.feed import IdentRow
from loyalty.sentences import sentence
from sync_server.arrivals import Arrived
from sync_server.effects import Effect, effect_id, send_effects
from sync_server.find_member import Place
from sync_server.heads import Change, put_rows
from sync_server.member_steps import held_identity
from sync_server.rows import insert_rows, select_by
from sync_server.schema import CONSENT, FEED, HOUSEHOLD, MEMBER
from sync_server.standing import Rules
from sync_server.store import Store, Tx

CONSENT_SAID = "consent"
Key = tuple[int, str]
"""(bucket, member_id)."""
_ident = msgspec.json.Decoder(IdentRow)

SENTENCES = {
    "consents.none": ("Этого согласия нет: отзывать нечего", "There is no such consent to withdraw"),
}


class Word(msgspec.Struct, frozen=True):
    """A member's word on one purpose, by the event that brought it."""

    member_id: str
    event_id: str
    purpose: str
    version: str
    given: bool
    at_ms: int
    cashier: str

    @property
    def news(self) -> dict[str, Said]:
        return {self.purpose: Said(self.version, self.at_ms, self.given)}

    def row(self, bucket: int) -> dict[str, Any]:
        return {**msgspec.structs.asdict(self), "bucket": bucket, "given": int(self.given)}


class Told(msgspec.Struct, frozen=True):
    """The effect of a word: whose identity row is to say it."""

    kept: Place
    word: Word


_told = msgspec.json.Decoder(Told)


def take_down(tx: Tx, events: Iterable[Arrived], new: Sequence[Change]) -> list[Change]:
    """Keep what these events say, and have the identity rows of this transaction's buckets say it: `new` are those of
    members enrolled by it, which come back with their consents, those of others after them."""
    words = [(event.bucket, word) for event in events for word in _words(event)]
    insert_rows(tx, CONSENT, [word.row(bucket) for bucket, word in words])
    made = {(change.bucket, change.key) for change in new}
    said: defaultdict[Key, list[Word]] = defaultdict(list)
    for bucket, word in words:
        if (bucket, word.member_id) not in made:
            said[bucket, word.member_id].append(word)
    return [*_with_consents(tx, new), *_told_here(tx, said)]


def withdraw(store: Store, place: Place, purpose: Purpose, who: str, now_ms: int, act_id: str) -> None:
    """The member's word at the head office: consent holds no more. Raises NotNow where there is none."""
    store.write(partial(_withdraw, place=place, purpose=purpose, who=who, now_ms=now_ms, act_id=act_id), place.bucket)


def take_words(tx: Tx, effects: Sequence[Effect], rules: Rules) -> None:
    """The handler of words on their way to where the member is kept; one who was merged meanwhile, to the next."""
    for effect in effects:
        told = _told.decode(effect.body)
        if told.word.member_id == told.kept.member_id:
            insert_rows(tx, CONSENT, [told.word.row(told.kept.bucket)])
        held = held_identity(tx, told.kept)
        if held is not None:
            _tell(tx, told.kept, *held, told.word.news)
            continue
        on = _merged_into(tx, [(told.kept.bucket, told.kept.member_id)])
        for next_place in on.values():
            _send(tx, told.kept.bucket, next_place, told.word)


def _words(event: Arrived) -> Iterator[Word]:
    body = event.body
    match body:
        case MemberEnrolled():
            consents = body.consents
        case ConsentChanged():
            consents = (body.consent,)
        case _:
            return
    for each in consents:
        yield Word(
            body.member_id, event.event_id, each.purpose, each.version, each.given, event.at_ms, body.cashier
        )  # fmt: skip


def _with_consents(tx: Tx, new: Sequence[Change]) -> list[Change]:
    """With all that is kept for these members: a word may have come before its member."""
    found: defaultdict[Key, list[Mapping[str, Said]]] = defaultdict(list)
    live = [(change.bucket, change.key) for change in new if change.body is not None]
    names = ("bucket", "member_id", "purpose", "version", "given", "at_ms")
    for row in select_by(tx, CONSENT, names, ("bucket", "member_id"), live):
        found[row.bucket, row.member_id].append({row.purpose: Said(row.version, row.at_ms, bool(row.given))})
    return [_with(change, joined(*found[change.bucket, change.key])) for change in new]


def _with(change: Change, consents: dict[str, Said]) -> Change:
    if change.body is None or not consents:
        return change
    ident = msgspec.structs.replace(_ident.decode(change.body), consents=consents)
    return msgspec.structs.replace(change, body=canonical(ident))


def _told_here(tx: Tx, said: Mapping[Key, Sequence[Word]]) -> list[Change]:
    """The rows of these members as they are now to be; what belongs elsewhere is sent there."""
    rows = select_by(tx, FEED["ident"], ("bucket", "key", "h", "body"), ("bucket", "key"), said, lock=True)
    live = {(row.bucket, row.key): row for row in rows if row.body is not None}
    changes = []
    for key, row in live.items():
        ident = _ident.decode(row.body)
        told = joined(ident.consents, *(word.news for word in said[key]))
        if told != ident.consents:
            changes.append(Change(*key, canonical(msgspec.structs.replace(ident, consents=told)), row.h))
    for (bucket, _), place, words in _elsewhere(tx, {key: said[key] for key in said if key not in live}):
        for word in words:
            _send(tx, bucket, place, word)
    return changes


def _elsewhere(tx: Tx, said: Mapping[Key, Sequence[Word]]) -> Iterator[tuple[Key, Place, Sequence[Word]]]:
    """Where those are kept who have no identity row here: merged into another, or at home in another bucket. Of one
    who has not come yet, or was erased, nothing is known."""
    places = _at_home(tx, said) | _merged_into(tx, said)
    for key, words in said.items():
        if key in places:
            yield key, places[key], words


def _merged_into(tx: Tx, keys: Iterable[Key]) -> dict[Key, Place]:
    names = ("bucket", "member_id", "merged_into", "merged_home")
    rows = select_by(tx, MEMBER, names, ("bucket", "member_id"), keys)
    return {(row.bucket, row.member_id): Place(row.merged_home, row.merged_into) for row in rows if row.merged_into}


def _at_home(tx: Tx, keys: Mapping[Key, object]) -> dict[Key, Place]:
    """Those who share, or have shared, an account of this bucket, but are kept in another."""
    query = HOUSEHOLD.select().where(HOUSEHOLD.c.bucket.in_({bucket for bucket, _ in keys}))
    rows = tx.execute(query.where(HOUSEHOLD.c.member_id.in_({member for _, member in keys}))) if keys else ()
    places = {(row.bucket, row.member_id): Place(row.home, row.member_id) for row in rows}
    return {key: place for key, place in places.items() if place.bucket != key[0]}


def _send(tx: Tx, bucket: int, place: Place, word: Word) -> None:
    id_ = effect_id(CONSENT_SAID, f"{word.event_id}:{word.purpose}", place.member_id)
    effect = Effect(id_, CONSENT_SAID, place.home, word.at_ms, canonical(Told(place, word)))
    send_effects(tx, bucket, [effect])


def _withdraw(tx: Tx, place: Place, purpose: Purpose, who: str, now_ms: int, act_id: str) -> None:
    held = held_identity(tx, place)
    if held is None or not is_given(held[0].consents, purpose):
        raise NotNow(sentence("consents.none"))
    consents = held[0].consents
    at_ms = word_ms(consents, purpose, now_ms)
    word = Word(place.member_id, act_id, purpose, consents[purpose].version, False, at_ms, who)
    insert_rows(tx, CONSENT, [word.row(place.bucket)])
    _tell(tx, place, *held, word.news)


def _tell(tx: Tx, place: Place, ident: IdentRow, h: int, news: Mapping[str, Said]) -> None:
    told = joined(ident.consents, news)
    if told != ident.consents:
        body = canonical(msgspec.structs.replace(ident, consents=told))
        put_rows(tx, {"ident": [Change(place.bucket, place.member_id, body, h)]})
