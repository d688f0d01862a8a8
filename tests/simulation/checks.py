"""What must hold at every step, on both sides, and what must hold once everything has arrived.

The head office is read through a connection of its own, straight from its tables; the tills through the calls a
cashier's screen makes. The numbers of the invariants are those of the sync's design.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping

import msgspec
import zstandard

from loyalty.cache_file import key_bytes
from loyalty.chain import SegmentHeader, unpack_payload
from loyalty.events import bucket_of
from loyalty.feed import STREAMS, BalanceRow, checksum_add, row_hash
from loyalty.ledger import MAIN_WALLET
from loyalty.points.history import replay
from loyalty.points.overdraft import owed_points
from loyalty.points.purse import figures
from loyalty.statuses.progress import Progress, figures_of, visit_days
from sync_server.books import read_books
from sync_server.overdrafts import LOSS, OWED
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.keys import phone_hash
from tests.simulation.head_office import HeadOffice
from tests.simulation.promises import DAYS, SEASONS, Promises, Year
from tests.simulation.till import Till
from tests.simulation.wallets import added, points_of

ALLOWED_FLAGS = {"return_excess", "points_excess", "phone_taken", "clock", "hold_overdrawn"}
"""What two tills without a network may do to one receipt, one phone or one balance, and a clock that is wrong; anything
else is a mistake of ours."""
Ledger = dict[str, dict[str, dict[str, int]]]
"""account -> event id -> wallet -> points."""
NEVER = Cursor("bal", 0)
"""Where a till stands that has pulled nothing."""
LITTLE_MS = 5 * 60_000
"""How far off a clock nobody minds."""
LATER = ("2026-11-22", "2026-12-01", "2027-03-01", "2040-01-01")
"""Days on which points are looked at."""


class Past(msgspec.Struct, frozen=True):
    """One bucket of the head office at one place of its feed: the ledger, and which events it has taken on."""

    ledger: Ledger
    events: frozenset[str]
    accounts: frozenset[str] = frozenset()
    """Those that have a balance here."""


class Watch:
    """Looks on, remembers where every bucket stood, and raises AssertionError at what must not be."""

    def __init__(self, office: HeadOffice, promises: Promises) -> None:
        self._office, self._promises = office, promises
        self._past: dict[tuple[str, int], dict[int, Past]] = defaultdict(dict)
        """(generation, bucket) -> place in its feed -> what it held."""
        self._version = -1
        self._acked: dict[str, tuple[str, int, int]] = {}
        self.checks = 0
        self.trusts_office = True
        """The head office's own clock has been right all the time."""

    # -- the head office

    def see_office(self) -> None:
        """Check its books whenever they have changed; remember where the buckets stand."""
        (version,) = self._office.look.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        self._version = version
        self.checks += 1
        look = self._office.look
        look.execute("BEGIN")
        try:
            self._books(look)
            for stream in STREAMS:
                _feed_adds_up(look, stream)
        finally:
            look.execute("COMMIT")

    def _books(self, look: sqlite3.Connection) -> None:
        ledgers: dict[int, Ledger] = defaultdict(lambda: defaultdict(dict))
        entries: Counter[tuple[str, str, str]] = Counter()
        for bucket, account, event_id, wallet, contra, points in look.execute(
            "SELECT bucket, account_id, event_id, wallet, contra, points FROM ledger"
        ):
            entries[event_id, wallet, contra] += 1
            assert bucket == bucket_of(account), f"I10: an entry of {account} lies in bucket {bucket}"
            mine = ledgers[bucket][account]
            mine[event_id] = added(mine.get(event_id, {}), {wallet: points})
        self._entries_are_told(ledgers, entries)
        self._balanced(look, ledgers)
        events: dict[int, set[str]] = defaultdict(set)
        twice: list[str] = []
        for bucket, event_id in look.execute("SELECT bucket, event_id FROM event"):
            twice += [event_id] if any(event_id in ids for ids in events.values()) else []
            events[bucket].add(event_id)
        assert not twice, f"I7: events stored twice: {twice}"
        opened = {account for (account,) in look.execute("SELECT key FROM feed_bal")}
        for bucket, seq in look.execute("SELECT bucket, seq FROM bucket_head WHERE stream = 'bal'"):
            mine_now = {account: dict(mine) for account, mine in ledgers[bucket].items()}
            moved = frozenset(e for e in events[bucket] if self._account(e) in opened)
            past = Past(mine_now, moved, frozenset(each for each in opened if bucket_of(each) == bucket))
            before = self._past[self._gen(), bucket].setdefault(seq, past)
            assert before == past, f"I15: bucket {bucket} changed without moving on from {seq}"

    def _account(self, event_id: str) -> str | None:
        """Whose balance the event moves. An account not opened yet has none that anyone could be shown."""
        receipt = self._promises.receipts.get(event_id)
        return receipt.account_id if receipt is not None else None

    def _entries_are_told(self, ledgers: dict[int, Ledger], entries: Counter[tuple[str, str, str]]) -> None:
        """Each event at most once in the ledger, and never more than was told (I7, I14)."""
        assert max(entries.values(), default=1) == 1, f"I7: entries twice: {entries.most_common(3)}"
        for ledger in ledgers.values():
            for account, mine in ledger.items():
                for event_id, points in mine.items():
                    receipt = self._promises.receipts.get(event_id)
                    if receipt is None:
                        continue
                    assert receipt.account_id == account, f"I7: {receipt.number} is booked to another account"
                    if receipt.kind == "sale":
                        told = points_of(receipt)
                        assert points == told, f"I7: {receipt.number} moved {points} points, not {told}"

    def _balanced(self, look: sqlite3.Connection, ledgers: dict[int, Ledger]) -> None:
        sums: Counter[int] = Counter()
        for bucket, account, points in look.execute("SELECT bucket, key, points FROM feed_bal"):
            booked = sum(sum(moved.values()) for moved in ledgers[bucket].get(account, {}).values())
            assert points == booked, f"I7: balance of {account} is {points}, its ledger sums to {booked}"
            sums[bucket] += points
        for bucket, points in look.execute("SELECT bucket, points FROM programme_total"):
            sums[bucket] += points
        wrong = {bucket: points for bucket, points in sums.items() if points}
        assert not wrong, f"I10: buckets that do not sum to 0: {wrong}"

    # -- a till

    def see_till(self, till: Till) -> None:
        """Check its marks, its cache, and every balance it would show."""
        self.checks += 1
        assert till.state.stopped is None, f"I22: {till.name} has stopped sending: {till.state.stopped}"
        self._marks(till)
        _cache_adds_up(till)
        cursors = till.cache.cursors()
        for person in self._promises.people.values():
            known = till.known(person.card)
            if known is None:
                continue
            account = known.ident.account_id
            cursor = cursors.get(("bal", bucket_of(account))) if till.cache.member_by_card(person.card) else None
            expected = self._expected(till, account, cursor or NEVER)
            shown = till.balances(known)
            assert shown == expected, f"I17: {till.name} shows {shown} points of card {person.card}, not {expected}"

    def _expected(self, till: Till, account: str, cursor: Cursor) -> dict[str, int]:
        """The head office's balance as of the pull, and own events that were not in it.

        Of an account that had none yet, what the head office has taken waits there (a return for its sale), and is not
        shown either.
        """
        bucket, seq = bucket_of(account), cursor.seq
        past = self._past[till.cache.gen(), bucket].get(seq) if seq else Past({}, frozenset())
        assert past is not None, f"I15: {till.name} stands at {seq} of bucket {bucket}, where the head office never did"
        own = self._promises.own_points(till.store.identity.terminal, account)
        waiting = set() if account in past.accounts else till.events_up_to(cursor.applied)
        missing = (points for event_id, points in own.items() if event_id not in past.events | waiting)
        return added(*past.ledger.get(account, {}).values(), *missing)

    def _marks(self, till: Till) -> None:
        """What it takes for stored is stored there, under the same hash, and the mark never goes back (I4, I5)."""
        acked, gen = till.outbox.acked(), till.gen()
        name = till.store.identity.terminal
        before = self._acked.get(name, (gen, 0, 0))
        self._acked[name] = (gen, acked.epoch, acked.seq)
        if gen != self._gen():
            return
        assert self._acked[name] >= before or gen != before[0], f"I5: the mark of {till.name} went back"
        if acked.seq == 0:
            return
        segments = self._office.look.execute(
            "SELECT first_seq, last_seq, last_hash FROM segment WHERE terminal = ? AND epoch = ? ORDER BY first_seq",
            (name, acked.epoch),
        ).fetchall()
        following = 1
        for first, last, _ in segments:
            assert first == following, f"I2: {till.name} has a gap before {first} at the head office"
            following = last + 1
        hashes = {last: digest for _, last, digest in segments}
        assert hashes.get(acked.seq) == acked.hash, f"I4: {till.name} believes {acked.seq} stored, and it is not"

    def died(self, till: Till) -> None:
        """Its process died: what it knew of acks beyond its disk does not count."""
        acked = till.outbox.acked()
        self._acked[till.store.identity.terminal] = (till.gen(), acked.epoch, acked.seq)

    def was_set_back(self) -> None:
        """The head office is another file now."""
        self._version = -1

    def _gen(self) -> str:
        return self._office.office.identity.gen

    def whole(self, till: Till) -> None:
        """The chain holds, without gaps, everything told is in it (I1, I2, I3), and the index says what follows."""
        held = till.journal.verify()
        assert till.journal.differing() == (), f"{till.name}'s index is not what one made from nothing is"
        ids = till.journal.read(lambda c: c.execute("SELECT seq, event_id FROM event ORDER BY seq").fetchall())
        assert [seq for seq, _ in ids] == list(range(1, held + 1)), f"I2: {till.name} has a gap"
        lost = self._promises.tills[till.store.identity.terminal] - {event_id for _, event_id in ids}
        assert not lost, f"I1: {till.name} told {len(lost)} receipts done that its journal does not have"

    # -- once everything has arrived

    def settled(self, tills: list[Till]) -> None:
        """Tills, ledger and model are the same, nothing is there twice, nothing waits (I7, I16, I26)."""
        look, promises = self._office.look, self._promises
        for till in tills:
            self.whole(till)
            _all_arrived(look, till)
            _same_cache(look, till)
        receipts = {row[0] for row in look.execute("SELECT event_id FROM receipt")}
        assert receipts == set(promises.receipts), f"I7: {len(receipts)} receipts of {len(promises.receipts)}"
        states = dict(look.execute("SELECT state, count(*) FROM event GROUP BY state").fetchall())
        assert set(states) <= {"applied"}, f"I23: not everything is applied: {states}"
        flags = {row[0] for row in look.execute("SELECT DISTINCT kind FROM flag")}
        assert flags <= ALLOWED_FLAGS, f"flags: {flags}"
        self._times(look)
        self._accounts(tills)
        self._purses(tills)
        self._totals()
        if not self._office.set_backs:  # personal data lost by a head office are nowhere else
            self._phones(tills)

    def _times(self, look: sqlite3.Connection) -> None:
        """A receipt told for about the time it was made at counts for that time; no other for a time that cannot be."""
        moments = dict(look.execute("SELECT event_id, at_ms FROM receipt").fetchall())
        for event_id, received_ms in look.execute("SELECT event_id, received_ms FROM event"):
            receipt = self._promises.receipts.get(event_id)
            if receipt is None or not self.trusts_office:
                continue
            told_ms, true_ms, counted_ms = receipt.moment.at_ms, self._promises.true_ms[event_id], moments[event_id]
            assert true_ms <= received_ms
            if abs(told_ms - true_ms) <= LITTLE_MS:
                assert counted_ms == told_ms, f"{receipt.number} was told for the right time, and counts for another"
            assert counted_ms <= received_ms + LITTLE_MS, f"{receipt.number} counts for a time after it came in"
        self._promises.count_at(moments)

    def _accounts(self, tills: list[Till]) -> None:
        rows = dict(self._office.look.execute("SELECT key, body FROM feed_bal").fetchall())
        sums = self._promises.sums()
        assert set(rows) == set(sums), "accounts are missing, or too many"
        for account, expected in sums.items():
            row = msgspec.json.decode(rows[account], type=BalanceRow)
            found = (added(row.wallets), _years(row.progress))
            wanted = (added(expected.wallets), expected.years)
            assert found == wanted, f"I14: {account}: points and seasons are {found}, not {wanted}"
        for till in tills:
            for card, person in self._promises.people.items():
                known = till.known(card)
                assert known is not None, f"I16: {till.name} does not know card {card}"
                shown, wanted_points = till.balances(known), added(sums[person.account].wallets)
                assert shown == wanted_points, f"I16: {till.name} shows {shown} of card {card}, not {wanted_points}"
                for number, day in enumerate(DAYS):
                    status, wanted_status = till.status(known, day), sums[person.account].status(number)
                    assert status == wanted_status, f"{till.name}: on {day} card {card} is {status}: {wanted_status}"

    def _purses(self, tills: list[Till]) -> None:
        """Lots are what told facts make in order of their time, whatever order they came in; tills show them."""
        rows = dict(self._office.look.execute("SELECT key, body FROM feed_bal").fetchall())
        openings = {person.account: person for person in self._promises.people.values() if person.opening}
        facts = self._promises.facts()
        cards = {person.account: card for card, person in self._promises.people.items()}
        for account, body in rows.items():
            row = msgspec.json.decode(body, type=BalanceRow)
            if row.purse is None:
                continue
            for wallet, points in row.wallets.items():
                for day in LATER:
                    of = figures(row.purse, wallet, day)
                    come_to = of.usable_points + of.pending_points + of.expired_points - of.owed_points
                    assert come_to == points, f"{account}: {of} of {wallet} are not {points}"
            if account in facts and account not in openings:
                wanted = replay(facts[account]).purse
                assert row.purse == wanted, f"I9: {account}: the purse is {row.purse}, not {wanted}"
            for till in tills:
                known = till.known(cards[account])
                assert known is not None
                for day in LATER:
                    shown = till.spendable(known, day)
                    for wallet in row.wallets:
                        of = figures(row.purse, wallet, day)
                        assert shown[wallet] == of.usable_points - of.owed_points

    def _totals(self) -> None:
        found = {
            (wallet, contra): points
            for wallet, contra, points in self._office.look.execute(
                "SELECT wallet, contra, sum(points) FROM programme_total GROUP BY wallet, contra"
            )
            if points
        }
        self._loss({name: found.pop(name, 0) for name in [*found] if name[1] in (LOSS, OWED)})
        assert found == self._promises.contras(), f"programme totals: {found} are not {self._promises.contras()}"
        books = read_books(self._office.office.store, sorted(self._promises.sums()))
        assert books.conserved, "I10: the auditor finds a bucket that is not 0"
        assert (books.stored_twice, books.events_behind) == (0, 0), f"the auditor: {books}"

    def _loss(self, found: Mapping[tuple[str, str], int]) -> None:
        """What the programme bears of points spent that were not there is what accounts say, and never more than they
        owe; without a return it is all they owe."""
        returned = set(self._office.look.execute("SELECT account_id, wallet FROM ledger WHERE contra = 'issued_back'"))
        lost: Counter[str] = Counter()
        for (body,) in self._office.look.execute("SELECT body FROM feed_bal"):
            row = msgspec.json.decode(body, type=BalanceRow)
            lost.update(row.overdrawn)
            for wallet, owed in owed_points(row).items():
                overdrawn = row.overdrawn.get(wallet, 0)
                least = 0 if (row.account_id, wallet) in returned else owed
                assert least <= overdrawn <= owed, f"I10: {row.account_id}: {overdrawn} of {owed} {wallet} are lost"
        wanted = {(wallet, contra): sign * n for wallet, n in lost.items() for contra, sign in ((LOSS, -1), (OWED, 1))}
        assert found == wanted, f"I10: the programme bears {found}, accounts say {wanted}"

    def _phones(self, tills: list[Till]) -> None:
        """A phone given at several tills is one member's, and finds that one everywhere."""
        scope = tills[0].store.identity.scope_key
        for phone in {person.phone for person in self._promises.people.values() if person.phone}:
            hashed = phone_hash(scope, phone)
            found = {known.ident.member_id for till in tills if (known := till.cache.member_by_phone_hash(hashed))}
            claimed = {person.member for person in self._promises.people.values() if person.phone == phone}
            assert len(found) == 1, f"phone {phone} finds {len(found)} members"
            assert found <= claimed, f"phone {phone} finds somebody who never gave it"


def _years(progress: Progress) -> tuple[Year, ...]:
    """The figures of each season as the model counts them."""
    found = (figures_of(progress, season) for season in SEASONS)
    return tuple(
        Year(
            of.sold_minor - of.returned_minor,
            of.earned_points.get(MAIN_WALLET, 0) - of.returned_points.get(MAIN_WALLET, 0),
            of.receipts,
            frozenset(visit_days(of)),
        )
        for of in found
    )


def _feed_adds_up(look: sqlite3.Connection, stream: str) -> None:
    """The checksum of each bucket is the sum of its rows', and no place is taken twice (I15)."""
    sums: Counter[int] = Counter()
    places: set[tuple[int, int]] = set()
    top: Counter[int] = Counter()
    for bucket, key, seq, h, body in look.execute(f"SELECT bucket, key, change_seq, h, body FROM feed_{stream}"):
        assert h == row_hash(stream, key, seq, body), f"{stream} {key}: its hash is of other bytes"  # type: ignore[arg-type]
        assert (bucket, seq) not in places, f"I15: {stream} has two rows at {seq} of bucket {bucket}"
        places.add((bucket, seq))
        sums[bucket] = checksum_add(sums[bucket], added=h)
        top[bucket] = max(top[bucket], seq)
    for bucket, seq, checksum in look.execute(
        "SELECT bucket, seq, checksum FROM bucket_head WHERE stream = ?", (stream,)
    ):
        assert (seq, checksum) == (top[bucket], sums[bucket]), f"I16: {stream} bucket {bucket} does not add up"


def _cache_adds_up(till: Till) -> None:
    def rows(connection: sqlite3.Connection) -> None:
        for stream in STREAMS:
            sums: Counter[int] = Counter()
            for bucket, h in connection.execute(f"SELECT bucket, h FROM {stream}"):
                sums[bucket] = checksum_add(sums[bucket], added=h)
            for bucket, checksum in connection.execute(
                "SELECT bucket, checksum FROM cursor WHERE stream = ?", (stream,)
            ):
                assert sums.pop(bucket, 0) == checksum, f"I16: {till.name}: {stream} bucket {bucket} does not add up"
            assert not sums, f"I18: {till.name}: {stream} rows without a cursor"

    till.cache._read(rows)


def _all_arrived(look: sqlite3.Connection, till: Till) -> None:
    """Byte for byte, in order, nothing waiting."""
    assert till.journal.pending_count() == 0, f"I26: {till.name} still has events"
    assert not till.outbox.has_personal(), f"I26: {till.name} still has personal data"
    held = [row[0] for row in till.journal.read(lambda c: c.execute("SELECT raw FROM event ORDER BY seq").fetchall())]
    stored: list[bytes] = []
    for signed, blob in look.execute(
        "SELECT signed, blob FROM segment WHERE terminal = ? ORDER BY epoch, first_seq", (till.store.identity.terminal,)
    ):
        size = msgspec.json.decode(signed, type=SegmentHeader).payload_bytes
        stored += unpack_payload(zstandard.ZstdDecompressor().decompress(blob, max_output_size=size))
    assert stored == held, f"I4: the head office has other bytes of {till.name}"


def _same_cache(look: sqlite3.Connection, till: Till) -> None:
    """Whether it came by rows or by a snapshot and rows (I16, I19)."""
    for stream in STREAMS:
        columns = "key, bucket, change_seq, h, body"
        theirs = {
            (key_bytes(stream, key), *rest) for key, *rest in look.execute(f"SELECT {columns} FROM feed_{stream}")
        }
        mine = set(till.cache._read(lambda c: c.execute(f"SELECT {columns} FROM {stream}").fetchall()))  # noqa: B023
        assert mine == theirs, f"I16: {till.name}: {stream} differs in {len(mine ^ theirs)} rows"
