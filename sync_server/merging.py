"""Two members who are one person become one: the kept one has the cards, phones, audiences and points of both.

Nothing is thrown away: the books, receipts, consents and personal data of the one who went stay where they are, and
are read as the kept one's. What comes late for the one who went counts for the kept one.
"""

import msgspec

from loyalty.errors import BadInput
from loyalty.feed import BalanceRow, IdentRow
from loyalty.sentences import sentence
from sync_server.carrying import is_full
from sync_server.find_member import FoundMember, find_member, members_of, read_balance, read_found
from sync_server.identity import Identity
from sync_server.member_changes import Wish, make_change
from sync_server.member_steps import GiveAlias, Go, Move, Quit, Step
from sync_server.personal import united
from sync_server.store import Store, Tx

MERGE = "merge"

SENTENCES = {
    "merge.same": ("«{kept}» и «{gone}» — уже один участник", "“{kept}” and “{gone}” are one member already"),
    "merge.accounts": (
        "К этому участнику присоединено слишком много счетов",
        "Too many accounts have moved to this member's",
    ),
}


class Merger(msgspec.Struct, frozen=True):
    """What would come together: both members and their accounts as they are, and the identity they would have.

    `with_points`: the account of the one who goes moves too. It stays where others share it, or both share one.
    """

    kept: FoundMember
    gone: FoundMember
    kept_balance: BalanceRow
    gone_balance: BalanceRow
    united: IdentRow
    with_points: bool


def plan_merger(store: Store, identity: Identity, kept: str, gone: str) -> Merger:
    """What `merge_members` would do. Raises BadInput where there is nothing to merge."""
    first, second = find_member(store, identity, kept), find_member(store, identity, gone)
    if first.place == second.place:
        raise BadInput(sentence("merge.same", kept=kept[:40], gone=gone[:40]))
    with store.read() as tx:
        return _merger(tx, first, second)


def merge_members(store: Store, identity: Identity, wish: Wish, kept: str, gone: str) -> FoundMember:
    """Make the two one; the member who was kept, as of now. Raises BadInput, NotNow; then nothing has changed."""
    merger = plan_merger(store, identity, kept, gone)

    def plan(tx: Tx) -> tuple[Step, ...]:
        first, second = read_found(tx, merger.kept.place), read_found(tx, merger.gone.place)
        if first is None or second is None:
            raise BadInput(sentence("merge.same", kept=kept[:40], gone=gone[:40]))
        return _steps(_merger(tx, first, second))

    make_change(store, identity, wish, MERGE, plan)
    return find_member(store, identity, merger.kept.place.member_id)


def _merger(tx: Tx, kept: FoundMember, gone: FoundMember) -> Merger:
    kept_account, gone_account = kept.ident.account_id, gone.ident.account_id
    balances = read_balance(tx, kept_account), read_balance(tx, gone_account)
    with_points = kept_account != gone_account and len(members_of(tx, gone_account)) == 1
    if with_points and is_full(*balances):
        raise BadInput(sentence("merge.accounts"))
    return Merger(kept, gone, *balances, united(kept.ident, gone.ident), with_points)


def _steps(merger: Merger) -> tuple[Step, ...]:
    kept, gone, ident = merger.kept.place, merger.gone.place, merger.gone.ident
    aliases = [("card", card) for card in ident.cards]
    aliases += [("phone", phone) for phone in (ident.phone_hash, *ident.more_phones) if phone]
    steps: list[Step] = [Go(gone, kept)]
    if merger.with_points:
        steps.append(Move(ident.account_id, merger.kept.ident.account_id))
    steps.append(Quit(ident.account_id, gone))
    steps += [GiveAlias(kind, alias, gone, kept) for kind, alias in aliases]
    return tuple(steps)
