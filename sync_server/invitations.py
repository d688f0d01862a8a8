"""Members who were invited: the reward of who invited them, sent to that account once the purchase is there.

Invitations wait in the row of the newcomer's account, so that a receipt needs no look of its own. The effect's id
follows from the newcomer, so whichever purchase comes first there is one reward.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import func, select

from loyalty.events import bucket_of, canonical
from loyalty.feed import BalanceRow
from loyalty.ledger import MAIN_WALLET, Entry
from loyalty.referral import Invited
from sync_server.effects import Effect, effect_id, send_effects
from sync_server.of_account import of_account
from sync_server.purses import Account, Booked
from sync_server.schema import RECEIPT
from sync_server.store import Tx

REFERRAL = "referral"
Bought = dict[str, int]
"""member_id -> the largest receipt."""
_invited = msgspec.json.Decoder(Invited)


def settle_invitations(
    tx: Tx, rows: dict[Account, BalanceRow], came: Mapping[Account, Sequence[Invited]], bought: Mapping[Account, Bought]
) -> None:
    """Take in invitations that came to accounts, and send the rewards of those whose purchase is there."""
    for account, row in rows.items():
        new = came.get(account, ())
        if not row.invited and not new:
            continue
        largest = Bought(bought.get(account, {}))
        for invited in new:
            largest[invited.member_id] = max(largest.get(invited.member_id, -1), _bought_before(tx, account, invited))
        waiting = {invited.member_id: invited for invited in (*row.invited, *new)}
        due = [each for each in waiting.values() if largest.get(each.member_id, -1) >= each.min_total_minor]
        send_effects(tx, account[0], [_reward(each) for each in due])
        left = sorted((each for each in waiting.values() if each not in due), key=lambda each: each.member_id)
        rows[account] = replace(row, invited=tuple(left))


def _bought_before(tx: Tx, account: Account, invited: Invited) -> int:
    """The largest receipt of the member that came before the invitation did; -1 for none."""
    query = select(func.max(RECEIPT.c.total_minor)).where(
        of_account(tx, RECEIPT, account[1]),
        RECEIPT.c.member_id == invited.member_id,
        RECEIPT.c.kind == "sale",
    )
    found = tx.execute(query).scalar()
    return -1 if found is None else int(found)


def _reward(invited: Invited) -> Effect:
    id_ = effect_id(REFERRAL, invited.member_id, invited.account_id)
    return Effect(id_, REFERRAL, invited.account_id, invited.at_ms, canonical(invited))


def reward_of(effect: Effect) -> Booked:
    """The points of who invited."""
    invited = _invited.decode(effect.body)
    entry = Entry(effect.effect_id, 1, effect.target, MAIN_WALLET, "referral", invited.points, invited.at_ms)
    return Booked(bucket_of(effect.target), entry, invited.date, "", invited.lot)
