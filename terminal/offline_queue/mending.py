"""Mends a fork: what the other history lacks goes under a new epoch, with the same ids and the same bytes.

The epoch begins with an event that says who began it, and commits to the last event both histories are known to have.
What is recorded after that moves behind it as it is, so nothing is lost; what the head office has already it knows by
its id, so nothing counts twice. All of it is one transaction. The epoch has a key of its own, so that a copy of this
till with the old one can take no part in it.
"""

from collections.abc import Callable

import msgspec

from loyalty.api import Position
from loyalty.chain import ZERO_HASH, event_hash, fork_hash
from loyalty.errors import NotNow
from loyalty.events import EpochBegun, encode_event
from loyalty.sentences import sentence
from terminal.offline_queue import journal_read
from terminal.offline_queue.forks import Fork, keep_fork, read_fork
from terminal.offline_queue.journal import Journal
from terminal.offline_queue.journal_base import read_base
from terminal.offline_queue.journal_file import hash_at, place_of, set_state, state_value
from terminal.offline_queue.keyring import Keyring
from terminal.offline_queue.office_time import forget_after
from terminal.offline_queue.writer import Connection

CARDS_PASSED_OVER = 1000
"""The other history may have given cards to members: this one goes on that far above."""
MAX_NAME_CHARS = 40
Stamp = Callable[[], tuple[str, int]]
"""A new event's id and moment."""


class Mended(msgspec.Struct, frozen=True):
    """The epoch begun, and how many events moved into it."""

    epoch: int
    reissued: int


class _Common(msgspec.Struct, frozen=True):
    """Events after `base` move; the new epoch follows `epoch` of the head office, where `seq` with `hash` is the last
    event both have."""

    base: Position
    epoch: int
    seq: int
    hash: bytes


def mend(journal: Journal, keys: Keyring, store: str, by: str, stamp: Stamp) -> Mended:
    """Begin a new epoch with a key of its own, as the person `by` has asked. Raises NotNow: no name, nothing to mend, a
    copy has been mended before; StoreFault."""
    return journal.renew(lambda c: mend_in(c, journal.terminal, keys, store, by, stamp()))


def mend_in(
    connection: Connection,
    terminal: str,
    keys: Keyring,
    store: str,
    by: str,
    stamp: tuple[str, int],
    since: Position | None = None,
) -> Mended:
    """The same in a transaction on a journal's tables; where `since` is given all after it moves, whatever the head
    office has of that."""
    name = " ".join(by.split())
    if not name or len(name) > MAX_NAME_CHARS:
        raise NotNow(sentence("mend.name"))
    fork = read_fork(connection)
    if fork is None or not fork.stops_sending:
        raise NotNow(sentence("mend.nothing"))
    if fork.why == "replaced":
        raise NotNow(sentence("mend.replaced"), sentence("mend.replaced.do"))
    common = _common(connection, fork) if since is None else _all_after(connection, since)
    epoch = common.epoch + 1
    if epoch <= common.base.epoch and common.base.seq:
        raise NotNow(sentence("mend.older_office"), sentence("mend.older_office.do"))
    keys.begin(epoch)
    _take_out(connection, common.base)
    forget_after(connection, place_of(common.base.epoch, common.base.seq))
    (moved,) = connection.execute("SELECT count(*) FROM moved").fetchone()
    begun = EpochBegun(store, name, fork.why, common.epoch, common.seq, moved)
    _begin(connection, terminal, epoch, common, begun, stamp)
    _put_back(connection, terminal, epoch)
    connection.execute("DROP TABLE moved")
    _pass_over_numbers(connection, fork, common)
    keep_fork(connection, msgspec.structs.replace(fork, mended_epoch=epoch))
    return Mended(epoch, moved)


def _common(connection: Connection, fork: Fork) -> _Common:
    """The last event that both histories are known to have; without one, everything that may be missing there moves."""
    acked, safe = journal_read.acked(connection), journal_read.safe(connection)
    own_epoch, there = int(state_value(connection, "epoch")), fork.acked
    if there is not None and there.seq and hash_at(connection, place_of(there.epoch, there.seq)) == _bytes(there):
        return _Common(there, there.epoch, there.seq, _bytes(there))
    epoch = there.epoch if there is not None else own_epoch
    gone = read_base(connection).last
    if fork.why == "missing":
        return _Common(gone, epoch, 0, ZERO_HASH)
    same_gen = not fork.gen or fork.gen == state_value(connection, "gen")
    if acked.seq and same_gen and acked.epoch == epoch == own_epoch:
        return _Common(acked, epoch, acked.seq, _bytes(acked))
    base = acked if same_gen else min(acked, safe, key=lambda at: (at.epoch, at.seq))
    if base.epoch > epoch or (base.epoch, base.seq) < (gone.epoch, gone.seq):
        base = gone
    return _Common(base, epoch, 0, ZERO_HASH)


def _all_after(connection: Connection, since: Position) -> _Common:
    """Nothing is said to be in common: the head office looks for that only so far back."""
    acked = journal_read.acked(connection)
    return _Common(since, acked.epoch if acked.seq else int(state_value(connection, "epoch")), 0, ZERO_HASH)


def _bytes(at: Position) -> bytes:
    return bytes.fromhex(at.hash)


def _take_out(connection: Connection, base: Position) -> None:
    after = (place_of(base.epoch, base.seq),)
    connection.execute("CREATE TEMP TABLE moved AS SELECT * FROM event WHERE place > ?", after)
    connection.execute("DELETE FROM event WHERE place > ?", after)
    connection.execute("DELETE FROM segment WHERE (epoch, last_seq) > (?, ?)", (base.epoch, base.seq))
    for name in ("acked", "safe"):
        mark = journal_read.acked(connection) if name == "acked" else journal_read.safe(connection)
        if (mark.epoch, mark.seq) > (base.epoch, base.seq) or name == "acked":
            set_state(connection, name, msgspec.json.encode(base).decode())


def _begin(
    connection: Connection, terminal: str, epoch: int, common: _Common, begun: EpochBegun, stamp: tuple[str, int]
) -> None:
    event_id, at_ms = stamp
    before = fork_hash(terminal, common.epoch, common.hash)
    set_state(connection, "epoch", str(epoch))
    set_state(connection, f"before:{epoch}", before.hex())
    raw = encode_event(begun, event_id, at_ms)
    kind = str(EpochBegun.__struct_config__.tag)
    row = (place_of(epoch, 1), event_id, kind, at_ms, event_hash(before, terminal, epoch, 1, raw), raw)
    connection.execute("INSERT INTO event (place, event_id, type, at_ms, hash, raw) VALUES (?, ?, ?, ?, ?, ?)", row)


def _put_back(connection: Connection, terminal: str, epoch: int) -> None:
    seq, digest = 1, hash_at(connection, place_of(epoch, 1)) or b""
    for place, raw in connection.execute("SELECT place, raw FROM moved ORDER BY place").fetchall():
        seq += 1
        digest = event_hash(digest, terminal, epoch, seq, raw)
        connection.execute(
            "INSERT INTO event SELECT ?, event_id, type, account_id, at_ms, ?, receipt_id, number, totals, beside, raw"
            " FROM moved WHERE place = ?",
            (place_of(epoch, seq), digest, place),
        )


def _pass_over_numbers(connection: Connection, fork: Fork, common: _Common) -> None:
    """Numbers that the other history has given since are not given again, as far as they can be known."""
    ahead = fork.acked.seq - common.base.seq if fork.acked and fork.acked.epoch == common.base.epoch else 0
    last = journal_read.last_receipt_no(connection)
    set_state(connection, journal_read.RECEIPT_NO, str(last + max(0, ahead)))
    card_no = int(state_value(connection, "card_no", "0"))
    set_state(connection, "card_no", str(card_no + CARDS_PASSED_OVER))
