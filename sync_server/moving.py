"""Accounts that move: one leaves its place, another takes in what was handed on; and rewards that are taken in. Each is
one bucket's transaction."""

from collections.abc import Sequence

from sync_server.accounts import Moves, fold_accounts
from sync_server.carrying import Leaving, carried_by, clearing_entries
from sync_server.effects import Effect
from sync_server.heads import put_rows
from sync_server.invitations import reward_of
from sync_server.purses import Account
from sync_server.standing import Rules
from sync_server.store import Tx


def move_account(tx: Tx, account: Account, leaving: Leaving, rules: Rules) -> None:
    """The account hands on all it has, and from now on whatever comes for it. One that has moved already stays so."""
    moves = Moves(leaving={account: leaving}, cause=leaving.change_id)
    put_rows(tx, {"bal": fold_accounts(tx, moves, rules)})


def take_in(tx: Tx, effects: Sequence[Effect], rules: Rules) -> None:
    """The handler of what accounts hand on."""
    moves = Moves(cause=min(effect.effect_id for effect in effects))
    for effect in effects:
        carried = carried_by(effect)
        moves.came.append(carried)
        moves.entries += clearing_entries(carried, carried.account, effect.effect_id, 1)
    put_rows(tx, {"bal": fold_accounts(tx, moves, rules)})


def take_reward(tx: Tx, effects: Sequence[Effect], rules: Rules) -> None:
    """The handler of rewards for inviting; an account that moved hands them on."""
    moves = Moves(cause=min(effect.effect_id for effect in effects))
    moves.entries += [reward_of(effect) for effect in effects]
    put_rows(tx, {"bal": fold_accounts(tx, moves, rules)})
