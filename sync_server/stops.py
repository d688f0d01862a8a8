"""Emergency stops: one campaign, or the spending of points, put out of force at every till within a round, and back.

What is stopped travels as one signed row of the stream `programmes`; every act stays on record, with who and why.
"""

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from loyalty.errors import BadInput, NotNow
from loyalty.events import canonical
from loyalty.feed import ProgrammeRow
from loyalty.programme import Programme
from loyalty.sentences import sentence
from loyalty.stops import MAX_REASON_CHARS, MAX_STOPS, NO_STOPS, Stop, Stops
from loyalty.stops_told import STOPS_ID, STOPS_KEY, read_stops, stops_document
from sync_server.heads import Change, put_rows
from sync_server.identity import Identity
from sync_server.programmes import PROGRAMME_BUCKET, read_published
from sync_server.rows import insert_only, select_by
from sync_server.schema import FEED, STOP_ACT
from sync_server.store import Store, Tx

MIN_REASON_CHARS = 3
MAX_WHO_CHARS = 80
LISTED_ACTS = 50
MAX_NAMED = 20
_row = msgspec.json.Decoder(ProgrammeRow)

SENTENCES = {
    "stop.reason": (
        "Напишите, почему: одной строкой, от {least} до {limit} знаков. Это увидят кассиры",
        "Say why, on one line, in {least} to {limit} characters: cashiers will see it",
    ),
    "stop.unknown": (
        "Акции «{campaign_id}» в опубликованной программе нет. Есть: {known}",
        "The published programme has no campaign “{campaign_id}”. There are: {known}",
    ),
    "stop.already": ("Это уже остановлено: {reason}", "That is stopped already: {reason}"),
    "stop.none": ("Это не остановлено", "That is not stopped"),
    "stop.many": (
        "Остановлено уже {limit} акций: больше нельзя",
        "{limit} campaigns are stopped already: no more can be",
    ),
}


class Target(msgspec.Struct, frozen=True):
    """What a stop is of: a campaign by its id, or the spending of points (an empty id)."""

    campaign_id: str = ""

    @property
    def what(self) -> Literal["campaign", "redemption"]:
        return "campaign" if self.campaign_id else "redemption"


REDEMPTION = Target()


class Act(msgspec.Struct, frozen=True):
    """One act on record; `act` is stopped or resumed."""

    number: int
    at_ms: int
    act: str
    target: Target
    reason: str
    who: str


def stop(store: Store, identity: Identity, target: Target, reason: str, who: str, now_ms: int) -> Stops:
    """Put it out of force; what is stopped from now on. Raises BadInput, and NotNow where it is so already."""
    reason = reason.strip()
    if not MIN_REASON_CHARS <= len(reason) <= MAX_REASON_CHARS or not reason.isprintable():
        raise BadInput(sentence("stop.reason", least=MIN_REASON_CHARS, limit=MAX_REASON_CHARS))
    if target != REDEMPTION:
        _check_known(read_published(store), target.campaign_id)

    def change(stops: Stops) -> Stops:
        found = _of(stops, target)
        if found is not None:
            raise NotNow(sentence("stop.already", reason=found.reason))
        if len(stops.campaigns) >= MAX_STOPS and target != REDEMPTION:
            raise NotNow(sentence("stop.many", limit=MAX_STOPS))
        return _with(stops, target, Stop(reason, now_ms))

    return store.write(
        lambda tx: _change(tx, identity, change, Act(0, now_ms, "stopped", target, reason, who)), PROGRAMME_BUCKET
    )


def resume(store: Store, identity: Identity, target: Target, reason: str, who: str, now_ms: int) -> Stops:
    """Put it in force again; `reason` may be empty. Raises BadInput, and NotNow where it is not stopped."""
    reason = reason.strip()
    if len(reason) > MAX_REASON_CHARS or not reason.isprintable():
        raise BadInput(sentence("stop.reason", least=0, limit=MAX_REASON_CHARS))

    def change(stops: Stops) -> Stops:
        if _of(stops, target) is None:
            raise NotNow(sentence("stop.none"))
        return _with(stops, target, None)

    return store.write(
        lambda tx: _change(tx, identity, change, Act(0, now_ms, "resumed", target, reason, who)), PROGRAMME_BUCKET
    )


def stops_in_force(store: Store) -> Stops:
    with store.read() as tx:
        return read_stops(_current(tx)[0])


def read_acts(store: Store) -> tuple[Act, ...]:
    """What was stopped and resumed, newest first."""
    query = select(STOP_ACT).order_by(STOP_ACT.c.number.desc()).limit(LISTED_ACTS)
    with store.read() as tx:
        rows = tx.execute(query).all()
    return tuple(Act(row.number, row.at_ms, row.act, Target(row.campaign_id), row.reason, row.who) for row in rows)


def _check_known(programme: Programme | None, campaign_id: str) -> None:
    known = [each.id for each in programme.campaigns] if programme is not None else []
    if campaign_id not in known:
        shown = ", ".join(known[:MAX_NAMED]) + (" …" if len(known) > MAX_NAMED else "")
        raise BadInput(sentence("stop.unknown", campaign_id=campaign_id[:40], known=shown or "—"))


def _of(stops: Stops, target: Target) -> Stop | None:
    return stops.campaigns.get(target.campaign_id) if target != REDEMPTION else stops.redemption


def _with(stops: Stops, target: Target, stop: Stop | None) -> Stops:
    if target == REDEMPTION:
        return replace(stops, redemption=stop)
    others = {name: each for name, each in stops.campaigns.items() if name != target.campaign_id}
    return replace(stops, campaigns=others if stop is None else {**others, target.campaign_id: stop})


def _current(tx: Tx, lock: bool = False) -> tuple[ProgrammeRow | None, int | None]:
    """The row in force, and its hash in the feed."""
    place = [(PROGRAMME_BUCKET, STOPS_KEY)]
    found = select_by(tx, FEED["programmes"], ("h", "body"), ("bucket", "key"), place, lock=lock)
    return (_row.decode(found[0].body), found[0].h) if found else (None, None)


def _change(tx: Tx, identity: Identity, change: Callable[[Stops], Stops], act: Act) -> Stops:
    row, h = _current(tx, lock=True)
    stops = change(read_stops(row) if row is not None else NO_STOPS)
    number, document = (row.version if row is not None else 0) + 1, stops_document(stops)
    made = ProgrammeRow(STOPS_ID, number, document, identity.signer.sign(document.encode()).hex())
    _record(tx, replace(act, number=number))
    put_rows(tx, {"programmes": [Change(PROGRAMME_BUCKET, STOPS_KEY, canonical(made), h)]})
    return stops


def _record(tx: Tx, act: Act) -> None:
    row = {
        "bucket": PROGRAMME_BUCKET, "number": act.number, "at_ms": act.at_ms, "act": act.act, "what": act.target.what,
        "campaign_id": act.target.campaign_id, "reason": act.reason, "who": act.who[:MAX_WHO_CHARS],
    }  # fmt: skip
    insert_only(tx, STOP_ACT, [row])
