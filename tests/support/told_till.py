"""What a head office knows of a member goes to a till and back, a page at a time, and what the till then gives."""

from __future__ import annotations

from sqlalchemy import select

from loyalty.events import bucket_of
from loyalty.feed import Stream
from loyalty.member import Member
from loyalty.receipt import Receipt
from sync_server.feed import read_delta
from sync_server.schema import FEED
from terminal.offline_queue.cache_install import Cursor
from terminal.session import State
from terminal.session import commands as c
from tests.support.counter import ANNA, CARD, NOON, TEA
from tests.support.server import TestOffice, Till
from tests.support.small_till import Rig, do

MINE = ANNA.account_id


def download(office: TestOffice, rig: Rig, stream: Stream = "bal", terminal: str = "", bucket: int = -1) -> None:
    """What a sync round does for one bucket: the page of the head office into the till's cache."""
    place = bucket_of(MINE) if bucket < 0 else bucket
    page = read_delta(office.store, office.identity.gen, terminal, stream, place, 0, office.identity.gen)
    cursor = Cursor(stream, place, page.to_seq, page.checksum, page.your_applied, NOON.at_ms)
    assert page.drained
    assert rig.store.cache.install(page.rows, cursor, afresh=True)


def upload(rig: Rig, till: Till) -> None:
    """Everything the till has recorded goes to the head office, as the very bytes of its journal."""
    raws = rig.store.journal.read(lambda c: [row[0] for row in c.execute("SELECT raw FROM event ORDER BY epoch, seq")])
    till.put(*raws[till.seq :])
    till.office.apply()


def download_member(office: TestOffice, rig: Rig) -> None:
    """The one member the head office has, in place of the till's own."""
    with office.store.read() as tx:
        (bucket,) = tx.execute(select(FEED["ident"].c.bucket)).scalars()
    rig.store.cache.drop("ident", bucket_of(MINE))
    download(office, rig, "ident", bucket=bucket)
    download(office, rig, "bal", bucket=bucket)


def opened(rig: Rig) -> Rig:
    do(rig, c.OpenShift("Ольга"))
    return rig


def rung_up(rig: Rig, pieces: int = 1) -> State:
    """Tea on Anna's card, not paid yet."""
    return do(rig, c.VoidReceipt(), c.Scan(CARD), *[c.Scan(TEA.code)] * pieces)


def bought(rig: Rig, pieces: int = 1) -> Receipt:
    rung_up(rig, pieces)
    receipt = do(rig, c.Pay(), c.Tender("cash")).receipt
    assert receipt is not None
    return receipt


def member_of(state: State) -> Member:
    assert state.basket.member is not None
    return state.basket.member


def refusal(state: State, campaign_id: str) -> str:
    """Why a campaign is not given; empty where it is."""
    assert state.quote is not None
    (told,) = [each for each in state.quote.explanations if each.campaign_id == campaign_id]
    return "" if told.outcome == "applied" else told.said.code
