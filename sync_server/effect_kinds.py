"""Every kind of effect and who applies it."""

from collections.abc import Collection, Sequence

from sync_server.bank_cards import settle, tokens_of
from sync_server.carrying import CARRY
from sync_server.consents import CONSENT_SAID, take_words
from sync_server.effects import After, Effect, Handler, run_effects
from sync_server.invitations import REFERRAL
from sync_server.leases import ALL_SLOTS
from sync_server.member_steps import GONE, members_gone, take_gone
from sync_server.moving import take_in, take_reward
from sync_server.programmes import read_rules
from sync_server.store import Store

EFFECTS: dict[str, Handler] = {CARRY: take_in, GONE: take_gone, CONSENT_SAID: take_words, REFERRAL: take_reward}


def _settle_bank_cards(store: Store, effects: Sequence[Effect]) -> None:
    """One that was withdrawn amid the merge came along with the identity that was; and of too many the last count."""
    settle(store, tokens_of(store, members_gone(effects)))


AFTER: dict[str, After] = {GONE: _settle_bank_cards}


def apply_effects(store: Store, slots: Collection[int] = ALL_SLOTS) -> int:
    """One round of effects of every kind that buckets of these slots send; how many there were."""
    return run_effects(store, EFFECTS, lambda: read_rules(store), slots, AFTER)
