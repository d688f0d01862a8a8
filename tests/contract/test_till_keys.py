"""Keys of a till's new epochs: each is announced by the one before, and the first chain that is heard counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.api import KeysTold
from loyalty.chain import ZERO_HASH, fork_hash
from loyalty.device_keys import MAX_KEYS, NewKey, key_bytes
from loyalty.errors import BadInput
from loyalty.events import SaleCompleted
from loyalty.segment_file import read_segment_file, write_segment_file
from sync_server import copied_tills
from sync_server.books import read_books
from sync_server.copied_tills import copy_of
from sync_server.enrol import revoke_terminal
from sync_server.erasing.erase import Beside, erase
from sync_server.import_segments import import_segments
from sync_server.ingest import take_segment
from sync_server.personal import store_personal
from sync_server.rebuilding.rebuild import rebuild
from sync_server.refusals import Refused
from sync_server.reports import terminal_lines
from sync_server.schema import EVENT, FLAG, SEGMENT
from sync_server.stored_segments import events_in
from sync_server.till_keys import tell_keys
from sync_server.verifying.verify import verify
from tests.support.server import T0_MS, TestOffice, Till, hex_id, office_on, signed_segment

ANNA = hex_id("anna")


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestOffice]:
    with office_on("sqlite", request, tmp_path) as made:
        yield made


def key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))


def announced(till: Till, *steps: tuple[int, Ed25519PrivateKey]) -> tuple[NewKey, ...]:
    """Keys for epochs, each signed by the one before."""
    before, found = till.key, list[NewKey]()
    for epoch, fresh in steps:
        public = fresh.public_key().public_bytes_raw().hex()
        found.append(NewKey(epoch, public, before.sign(key_bytes(till.terminal, epoch, public)).hex()))
        before = fresh
    return tuple(found)


def tell(till: Till, keys: tuple[NewKey, ...]) -> int | str:
    """The epoch answered, or the code of the refusal."""
    try:
        return tell_keys(till.office.store, KeysTold(till.terminal, keys), T0_MS)
    except Refused as refused:
        return refused.reply.code


def sent(office: TestOffice, data: bytes, fence: str) -> str:
    try:
        take_segment(office.store, data, fence, office.identity.gen, T0_MS, "f" * 32)
    except Refused as refused:
        return refused.reply.code
    return "stored"


def beginning(till: Till, signs: Ed25519PrivateKey, epoch: int, *events: bytes) -> bytes:
    """The first segment of an epoch that follows no event of the one before."""
    return signed_segment(signs, till.terminal, epoch, 1, fork_hash(till.terminal, epoch - 1, ZERO_HASH), events)[0]


def flags(office: TestOffice) -> list[str]:
    with office.store.read() as tx:
        return sorted(row.kind for row in tx.execute(FLAG.select()))


def points(office: TestOffice) -> int:
    office.apply()
    books = read_books(office.store, [ANNA])
    assert books.sound
    return books.accounts[0].wallets["main"].ledger_points


def test_a_new_epoch_is_signed_by_its_own_key_and_the_old_key_signs_what_was_before(office: TestOffice) -> None:
    till = office.till()
    first = till.segment(till.sale(account=ANNA, earned=1))
    till.send(first)
    keys = announced(till, (2, key(2)))
    ours = beginning(till, key(2), 2, till.sale(account=ANNA, earned=1))
    assert sent(office, ours, "") == "unsigned", "nobody has heard of the key"
    assert (tell(till, keys), tell(till, keys)) == (2, 2), "said again it is the same"
    assert sent(office, beginning(till, till.key, 2, till.sale(account=ANNA, earned=1)), "") == "replaced"
    assert sent(office, ours, "") == "stored"
    assert sent(office, first, till.fence) == "stored", "what was before is still proved by the key of then"
    assert points(office) == 2
    assert verify(office.store).sound


def test_of_two_chains_of_keys_the_first_heard_counts_and_the_other_is_flagged_once(office: TestOffice) -> None:
    till = office.till()
    assert tell(till, announced(till, (2, key(2)))) == 2
    rival = announced(till, (2, key(3)))
    assert [tell(till, rival), tell(till, rival)] == ["replaced"] * 2
    assert tell(till, announced(till, (2, key(2)), (5, key(4)))) == 5
    assert tell(till, announced(till, (2, key(2)))) == "replaced", "the key before the newest"
    assert flags(office) == ["old_key"] * 2, "one for each old key"
    assert tell(till, ()) == "unsigned", "anyone could say that"
    assert flags(office) == ["old_key"] * 2


def test_a_key_is_taken_only_where_the_one_before_it_says_so(office: TestOffice) -> None:
    till, other = office.till(), office.till("other")
    (good,) = announced(till, (2, key(2)))
    spoiled = (
        (NewKey(3, good.public_key, good.signature),),
        (NewKey(2, key(3).public_key().public_bytes_raw().hex(), good.signature),),
        (NewKey(2, good.public_key, "zz"),),
        (NewKey(2, "zz", good.signature),),
        announced(other, (2, key(2))),
        announced(till, (1, key(2))),
        announced(till, (3, key(2)), (3, key(3))),
        announced(till, (2**31, key(2))),
    )
    assert [tell(till, keys) for keys in spoiled] == ["unsigned"] * len(spoiled)
    assert tell(Till(office, till.key, hex_id("stranger"), 9, ""), (good,)) == "unsigned"
    revoke_terminal(office.store, till.terminal)
    assert tell(till, (good,)) == "revoked"


def test_a_till_has_so_many_keys_and_no_more(office: TestOffice) -> None:
    till = office.till()
    steps = [(epoch, key(epoch)) for epoch in range(2, MAX_KEYS + 3)]
    assert tell(till, announced(till, *steps)) == "unsigned"
    assert tell(till, announced(till, *steps[:-1])) == MAX_KEYS + 1


def test_a_key_for_an_epoch_that_has_begun_without_it_is_refused(office: TestOffice) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    assert sent(office, beginning(till, till.key, 2, till.sale(account=ANNA, earned=1)), "") == "stored"
    assert tell(till, announced(till, (2, key(2)))) == "replaced", "the events of that epoch are signed by the old one"
    assert verify(office.store).sound


def test_an_epoch_that_begins_while_its_key_is_announced_is_not_stored_under_the_old_one(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    theirs = beginning(till, till.key, 2, till.sale(account=ANNA, earned=1))
    write = office.store.write

    def late(*asked, **more):
        monkeypatch.setattr(office.store, "write", write)
        assert tell(till, announced(till, (2, key(2)))) == 2
        return write(*asked, **more)

    monkeypatch.setattr(office.store, "write", late)
    assert sent(office, theirs, till.fence) == "fork"
    assert verify(office.store).sound


def test_a_copy_s_receipts_come_by_a_file_as_of_a_till_of_their_own(office: TestOffice, tmp_path: Path) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    assert tell(till, announced(till, (2, key(2)))) == 2
    both = till.sale(account=ANNA, earned=1)
    assert sent(office, beginning(till, key(2), 2, both), "") == "stored"
    mended = beginning(till, key(3), 2, till.sale(account=ANNA, earned=5), both)
    path = tmp_path / "copy.kopilka"
    path.write_bytes(write_segment_file(1, "S1", T0_MS, [mended], announced(till, (2, key(3)))))
    with pytest.raises(BadInput) as refused:
        import_segments(office.store, office.identity, path, T0_MS)
    assert refused.value.code == "segments.replaced"
    for new in (2, 0):
        said = import_segments(office.store, office.identity, path, T0_MS, from_a_copy=True)
        assert said.args["new"] == new
    assert points(office) == 7, "one event came from both and counts once"
    assert flags(office) == ["copied_till", "old_key"]
    copy = copy_of(till.terminal)
    with office.store.read() as tx:
        assert tx.execute(EVENT.select().where(EVENT.c.terminal == copy)).one().seq == 1
    lines = {line.terminal: (line.name, line.state) for line in terminal_lines(office.store)}
    assert lines[copy] == ("T1 copy", "revoked")
    assert verify(office.store).sound
    assert rebuild(office.store, tmp_path, T0_MS + 3_600_000).same


def test_a_copy_s_file_brought_again_after_an_erasing_adds_nothing(office: TestOffice, tmp_path: Path) -> None:
    till = office.till()
    joined, personal = till.enrolled(ANNA, "2990001000018", "+79031234567", "Ivanova Maria")
    till.put(joined)
    store_personal(office.store, office.identity, [personal])
    sold = msgspec.structs.replace(till.receipt(ANNA, earned=5), member_name="Maria I.")
    assert tell(till, announced(till, (2, key(2)))) == 2
    assert sent(office, beginning(till, key(2), 2, till.sale(account=ANNA, earned=1)), "") == "stored"
    mended = beginning(till, key(3), 2, till.event(SaleCompleted(sold)))
    path = tmp_path / "copy.kopilka"
    path.write_bytes(write_segment_file(1, "S1", T0_MS, [mended], announced(till, (2, key(3)))))
    said = import_segments(office.store, office.identity, path, T0_MS, from_a_copy=True)
    assert (said.args["new"], points(office)) == (1, 6)
    at = Beside(tmp_path / "erased.log", tmp_path / "snapshots")
    erase(office.store, office.identity, at, ANNA, "olga", T0_MS)
    said = import_segments(office.store, office.identity, path, T0_MS, from_a_copy=True)
    assert (said.args["new"], said.args["known"]) == (0, 1)
    assert (points(office), flags(office)) == (6, ["copied_till", "old_key"])
    with office.store.read() as tx:
        stored = [raw for row in tx.execute(SEGMENT.select()) for raw in events_in(row)]
    assert not any(b"Maria" in raw for raw in stored)


def test_a_stranger_s_file_is_no_copy_s(office: TestOffice, tmp_path: Path) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    assert tell(till, announced(till, (2, key(2)))) == 2
    path = tmp_path / "copy.kopilka"
    before, copied, made_up = (till.sale(account=ANNA, earned=earned) for earned in (2, 3, 900))
    start = fork_hash(till.terminal, 1, ZERO_HASH)
    of_the_copy, at = signed_segment(till.key, till.terminal, 2, 1, start, [before, copied])
    added, _ = signed_segment(key(9), till.terminal, 2, 3, at, [made_up])
    told = announced(Till(office, key(8), till.terminal, 1, ""), (2, key(9)))
    for segments, keys in (([of_the_copy, added], ()), ([added], ()), ([added], told)):
        path.write_bytes(write_segment_file(1, "S1", T0_MS, segments, keys))
        with pytest.raises(BadInput) as refused:
            import_segments(office.store, office.identity, path, T0_MS, from_a_copy=True)
        assert refused.value.code == "segments.unknown"
    assert points(office) == 1
    assert len(terminal_lines(office.store)) == 1, "no till was made for it"


def test_a_file_announces_its_till_s_newest_key(office: TestOffice, tmp_path: Path) -> None:
    till = office.till()
    path = tmp_path / "till.kopilka"
    keys = announced(till, (2, key(2)))
    path.write_bytes(
        write_segment_file(1, "S1", T0_MS, [beginning(till, key(2), 2, till.sale(account=ANNA, earned=3))], keys)
    )
    assert read_segment_file(path.read_bytes(), "").manifest.keys == keys
    said = import_segments(office.store, office.identity, path, T0_MS)
    assert (said.code, points(office)) == ("segments.taken", 3)
    assert tell(till, keys) == 2


def test_a_revoked_till_s_file_is_taken_in_though_nobody_had_heard_of_its_newest_key(
    office: TestOffice, tmp_path: Path
) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    path = tmp_path / "till.kopilka"
    sold = beginning(till, key(2), 2, till.sale(account=ANNA, earned=3))
    path.write_bytes(write_segment_file(1, "S1", T0_MS, [sold], announced(till, (2, key(2)))))
    revoke_terminal(office.store, till.terminal)
    assert import_segments(office.store, office.identity, path, T0_MS).args["new"] == 1
    assert (points(office), flags(office)) == (4, ["revoked_till"])


def test_a_file_from_before_the_newest_key_is_the_till_s_own_and_no_copy_s(office: TestOffice, tmp_path: Path) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    path = tmp_path / "till.kopilka"
    sold = beginning(till, key(2), 2, till.sale(account=ANNA, earned=3))
    path.write_bytes(write_segment_file(1, "S1", T0_MS, [sold], announced(till, (2, key(2)))))
    assert tell(till, announced(till, (2, key(2)), (3, key(3)))) == 3
    for new in (1, 0):
        said = import_segments(office.store, office.identity, path, T0_MS)
        assert (said.code, said.args["new"]) == ("segments.taken", new)
    assert (points(office), flags(office)) == (4, [])
    assert tell(till, announced(till, (2, key(2)), (3, key(3)))) == 3, "the newest key is what it was"


@pytest.mark.parametrize("step", ["_flag", "take_carried"])
def test_a_copy_s_import_cut_after_either_step_leaves_its_receipts_flagged(
    office: TestOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    till = office.till()
    till.put(till.sale(account=ANNA, earned=1))
    assert tell(till, announced(till, (2, key(2)))) == 2
    path = tmp_path / "copy.kopilka"
    mended = beginning(till, key(3), 2, till.sale(account=ANNA, earned=5))
    path.write_bytes(write_segment_file(1, "S1", T0_MS, [mended], announced(till, (2, key(3)))))
    done = getattr(copied_tills, step)

    def cut(*asked, **more):
        done(*asked, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(copied_tills, step, cut)
        with pytest.raises(KeyboardInterrupt):
            import_segments(office.store, office.identity, path, T0_MS, from_a_copy=True)
    import_segments(office.store, office.identity, path, T0_MS, from_a_copy=True)
    assert (points(office), flags(office)) == (6, ["copied_till", "old_key"])
