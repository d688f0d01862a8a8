"""Every kind of effect and who applies it."""

from collections.abc import Collection

from sync_server.carrying import CARRY
from sync_server.consents import CONSENT_SAID, take_words
from sync_server.effects import Handler, run_effects
from sync_server.invitations import REFERRAL
from sync_server.leases import ALL_SLOTS
from sync_server.member_steps import GONE, take_gone
from sync_server.moving import take_in, take_reward
from sync_server.programmes import read_rules
from sync_server.store import Store

EFFECTS: dict[str, Handler] = {CARRY: take_in, GONE: take_gone, CONSENT_SAID: take_words, REFERRAL: take_reward}


def apply_effects(store: Store, slots: Collection[int] = ALL_SLOTS) -> int:
    """One round of effects of every kind that buckets of these slots send; how many there were."""
    return run_effects(store, EFFECTS, lambda: read_rules(store), slots)
