"""The hands of the sync: carries a step out against client, journal and cache, and tells what came of it."""

from collections.abc import Callable
from typing import Any

from loyalty.api import ErrorReply, PersonalReply, Position
from loyalty.chain import read_segment
from loyalty.errors import LinkFault, StoreFault
from loyalty.events import Parting
from terminal.offline_queue.aside import fresh_id, tell_aside
from terminal.offline_queue.cache_install import Cursor
from terminal.offline_queue.client import Client
from terminal.offline_queue.forks import Fork
from terminal.offline_queue.http_reply import Refusal
from terminal.offline_queue.office_time import OfficeTime, monotonic_ms
from terminal.offline_queue.outbox import Outbox
from terminal.offline_queue.retention import prune
from terminal.offline_queue.segments import next_segment
from terminal.offline_queue.sentences import store_fault
from terminal.offline_queue.snapshot import SnapshotFile
from terminal.offline_queue.steps import (
    AskShares,
    BeginAnew,
    Done,
    Failed,
    GetDelta,
    GetHeads,
    GetManifest,
    GetPart,
    HeadsSeen,
    Install,
    Installed,
    KeysTaken,
    ManifestSeen,
    MarkLevel,
    Outcome,
    PartGot,
    Rewind,
    SendPersonal,
    SendSegment,
    Sent,
    SharesTaken,
    Stage,
    Staged,
    Step,
    Swap,
    TellKeys,
)
from terminal.offline_queue.store import Store

_PARTINGS: dict[str, Parting] = {"fork": "fork", "fence": "fence"}
_FAILED_BY = {
    "link.offline": "offline",
    "link.not_ours": "not_ours",
    "cache.snapshot": "bad_snapshot",
    "link.old_office": "old_office",
}

_TAKES_ROOM = (GetDelta, Install, BeginAnew, GetPart, Stage, Swap)
"""What fills the cache: not while the room left is for the journal to be emptied with."""


class Hands:
    """Acts for one store; one thread at a time."""

    def __init__(
        self, store: Store, client: Client, now_ms: Callable[[], int], mono_ms: Callable[[], int] | None = None,
        new_id: Callable[[], str] = fresh_id,
    ) -> None:  # fmt: skip
        self._store = store
        self._cache = store.cache
        self._client = client
        self._now_ms = now_ms
        self._new_id = new_id
        self._snapshot = SnapshotFile(store.folder)
        self._programmes = False
        self._shares = False
        self.outbox = Outbox(store.journal)
        self._time = OfficeTime(store.journal, now_ms, mono_ms or monotonic_ms)
        self._by_step: dict[type[Step], Callable[[Any], Outcome]] = {
            SendPersonal: self._send_personal,
            SendSegment: self._send_segment,
            TellKeys: self._tell_keys,
            AskShares: self._ask_shares,
            Rewind: self._rewind,
            GetHeads: self._get_heads,
            GetDelta: lambda step: client.delta(step.gen, step.stream, step.bucket, step.from_seq),
            Install: self._install,
            BeginAnew: self._begin_anew,
            MarkLevel: self._mark_level,
            GetManifest: self._get_manifest,
            GetPart: self._get_part,
            Stage: self._stage,
            Swap: self._swap,
        }

    def do(self, step: Step) -> Outcome:
        """What came of `step`; faults of the link and of the disk are outcomes too."""
        room = self._store.journal.ballast
        try:
            if room.is_out and isinstance(step, _TAKES_ROOM):
                raise store_fault("journal.no_room", mib=room.missing_mib)
            return self._by_step[type(step)](step)
        except Refusal as refusal:
            reply = refusal.reply
            self._note_keys(reply.code)
            return Failed(self._code_of(reply), refusal.said, refusal.retry_after_s, reply.acked, reply.gen)
        except LinkFault as fault:
            return Failed(_FAILED_BY.get(fault.code, "offline"), fault.said)
        except StoreFault as fault:
            return Failed("store", fault.said)

    def programmes_changed(self) -> bool:
        """Whether programmes were installed since the last time this was asked."""
        changed, self._programmes = self._programmes, False
        return changed

    def shares_changed(self) -> bool:
        """Whether a share of a budget is another since the last time this was asked."""
        changed, self._shares = self._shares, False
        return changed

    def close(self) -> None:
        self._client.close()

    def _code_of(self, reply: ErrorReply) -> str:
        """A fork is what parts from our history: to a place of it we go back, whatever it was refused for."""
        place = reply.acked
        return "gap" if reply.code == "fork" and place and self.outbox.is_ours(place) else reply.code

    def _note_keys(self, code: str) -> None:
        if code == "replaced":
            self.outbox.note_replaced(self._now_ms())
        elif code == "unsigned":
            self._store.keys.doubt()

    def _tell_keys(self, step: TellKeys) -> KeysTaken:
        told = self._store.keys.told
        self._client.tell_keys(told)
        self._store.keys.heard(told)
        return KeysTaken()

    def _get_heads(self, step: GetHeads) -> HeadsSeen:
        self._store.keep_place()
        asked_at_ms = self._now_ms()
        heads = self._client.heads()
        self.outbox.note_answered()
        self._time.heard(heads.server_time_ms)
        self.outbox.ask_again(heads.gen)
        tell_aside(self._store, heads.gen, self._new_id, asked_at_ms)
        return HeadsSeen(heads, asked_at_ms, self._cache.gen(), self._cache.cursors())

    def _get_manifest(self, step: GetManifest) -> ManifestSeen:
        manifest = self._client.manifest()
        return ManifestSeen(manifest, self._snapshot.begin(manifest))

    def _get_part(self, step: GetPart) -> PartGot:
        manifest = step.manifest
        with self._snapshot.part(manifest) as put:
            return PartGot(self._client.snapshot_part(manifest.snapshot_id, step.offset, manifest.bytes, put))

    def _stage(self, step: Stage) -> Staged:
        self._snapshot.stage(step.manifest)
        return Staged(self.outbox.own_buckets())

    def _begin_anew(self, step: BeginAnew) -> Done:
        self._cache.begin_anew(step.gen)
        return Done()

    def _send_personal(self, step: SendPersonal) -> PersonalReply:
        """All that wait; refused, half of them, down to the one that is wrong, which alone stays behind."""
        items = self.outbox.personal()
        while True:
            try:
                reply = self._client.send_personal(items)
            except Refusal as refusal:
                if refusal.reply.code not in ("bad_request", "too_large"):
                    raise
                if len(items) <= 1:
                    self.outbox.personal_refused(tuple(item.event_id for item in items))
                    raise
                items = items[: len(items) // 2]
                continue
            self.outbox.personal_stored(reply.stored)
            return reply

    def _send_segment(self, step: SendSegment) -> Outcome:
        segment = next_segment(self.outbox, self._store.keys.at, self._time.told)
        if segment is None:  # something waits, and yet nothing follows what the head office has
            at = self.outbox.acked()
            raise store_fault("journal.chain", epoch=at.epoch, seq=at.seq + 1)
        try:
            reply = self._client.send_segment(segment, self.outbox.fence())
        except Refusal as refusal:
            code = self._code_of(refusal.reply)
            place, header = refusal.reply.acked, read_segment(segment).header
            if code == "fork" and place is not None:
                before = self.outbox.to_later_epoch(place, header.epoch, header.first_seq)
                if before is not None:
                    return Failed("gap", refusal.said, acked=before, gen=refusal.reply.gen)
            why = _PARTINGS.get(code)
            if why is not None:
                self._note_fork(why, refusal.reply.acked, refusal.reply.gen, segment)
            raise
        ours = self.outbox.acknowledge(reply)
        self._time.heard(reply.server_time_ms, surely_now=True)
        if not ours:
            self._note_fork("fork", reply.acked, reply.gen, segment)
        return Sent(ours)

    def _rewind(self, step: Rewind) -> Sent:
        ours = self.outbox.rewind(step.acked, step.gen)
        if not ours:
            why: Parting = "missing" if self.outbox.is_gone(step.acked) else "fork"
            self.outbox.note_fork(Fork(why, self._now_ms(), step.acked, step.gen), self.outbox.epoch())
        return Sent(ours)

    def _note_fork(self, why: Parting, acked: Position | None, gen: str, segment: bytes) -> None:
        self.outbox.note_fork(Fork(why, self._now_ms(), acked, gen), read_segment(segment).header.epoch)

    def _ask_shares(self, step: AskShares) -> SharesTaken:
        asked = self._store.shares.ask()
        self._shares |= self._store.shares.take(asked, self._client.shares(asked))
        return SharesTaken()

    def _install(self, step: Install) -> Installed:
        last = step.pages[-1]
        rows = tuple(row for page in step.pages for row in page.rows)
        at = Cursor(last.stream, last.bucket, last.to_seq, last.checksum, last.your_applied, step.as_of_ms)
        if step.staged:
            return Installed(self._snapshot.install(rows, at, step.afresh))
        sound = self._cache.install(rows, at, step.afresh)
        self._programmes |= last.stream == "programmes"
        return Installed(sound)

    def _mark_level(self, step: MarkLevel) -> Done:
        if step.whole:
            self._cache.set_as_of(step.as_of_ms)
        known = tuple(row.member_id for row in self.outbox.enrolled() if self._cache.has_member(row.member_id))
        if known:
            self.outbox.forget_enrolled(known)
        prune(self._store.journal, self._now_ms())
        return Done()

    def _swap(self, step: Swap) -> Done:
        self._cache.replace_with(self._snapshot.fresh)
        self._snapshot.forget()
        self._programmes = True
        return Done()
