"""This till's shares of campaign budgets, as the head office gave them.

They stand in the journal: with the cache lost, a till neither gives a share twice nor forgets one it has. What its own
receipts have given of each campaign follows from them.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from loyalty.api import ShareGiven
from loyalty.shares import Amount, Share
from terminal.offline_queue.writer import Connection

TABLE = """CREATE TABLE campaign_share (
        campaign_id TEXT PRIMARY KEY, granted_times INTEGER NOT NULL, granted_minor INTEGER NOT NULL,
        granted_points INTEGER NOT NULL, ended INTEGER NOT NULL, told_times INTEGER NOT NULL,
        told_minor INTEGER NOT NULL, told_points INTEGER NOT NULL, programme TEXT NOT NULL
    ) WITHOUT ROWID"""
"""`campaign_share` is the head office's last answer, with what it was told and under which programme it was asked."""


class Kept(msgspec.Struct, frozen=True):
    """A share, and what the head office knows of its use; nothing where it has not answered yet."""

    share: Share
    told: Amount = Amount()
    programme: str = ""


def kept_shares(connection: Connection, campaigns: Collection[str], used: Mapping[str, Amount]) -> dict[str, Kept]:
    """campaign id -> its share, of all these campaigns; `used` is what own receipts have given of each."""
    names = msgspec.json.encode(sorted(campaigns)).decode()
    wanted = "WHERE campaign_id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(
        "SELECT campaign_id, granted_times, granted_minor, granted_points, ended, told_times, told_minor, told_points,"
        f" programme FROM campaign_share {wanted}",
        (names,),
    )
    kept = {name: Kept(Share(used=used.get(name, Amount()), known=False)) for name in campaigns}
    for name, *row in rows:
        share = Share(Amount(*row[:3]), used.get(name, Amount()), bool(row[3]))
        kept[name] = Kept(share, Amount(*row[4:7]), row[7])
    return kept


def keep_shares(
    connection: Connection, given: Iterable[ShareGiven], told: Mapping[str, Amount], programme: str
) -> None:
    """The head office's answer: a share only grows, whatever answer comes late."""
    connection.executemany(
        "INSERT INTO campaign_share VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (campaign_id) DO UPDATE SET"
        " granted_times = max(granted_times, excluded.granted_times),"
        " granted_minor = max(granted_minor, excluded.granted_minor),"
        " granted_points = max(granted_points, excluded.granted_points), ended = excluded.ended,"
        " told_times = excluded.told_times, told_minor = excluded.told_minor, told_points = excluded.told_points,"
        " programme = excluded.programme",
        [
            (
                each.campaign_id, each.granted.times, each.granted.minor, each.granted.points, int(each.ended),
                told[each.campaign_id].times, told[each.campaign_id].minor, told[each.campaign_id].points, programme,
            )
            for each in given
            if each.campaign_id in told
        ],
    )  # fmt: skip
