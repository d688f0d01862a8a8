"""Trial: a limited group of members tries a campaign, and the rest are the control group it is measured against.

The group follows from the member's id and a salt alone: every till comes to the same one, without a network and
without a list, and it never changes. Trials with different salts divide the members independently.
"""

from hashlib import blake2b
from typing import Literal

from loyalty.conditions.mechanic import ConditionMechanic
from loyalty.documents.section import ID, Section
from loyalty.scene import HOLDS, UNRELATED, Scene, Verdict

SENTENCES: dict[str, tuple[str, str]] = {}
"""Nothing to say: those outside the group must not hear of the trial."""
SLOTS = 10_000
TrialGroup = Literal["test", "control"]
_GROUPS: tuple[TrialGroup, ...] = ("test", "control")


class Trial(ConditionMechanic, frozen=True, tag="trial"):
    """`share_bp` hundredths of a percent of the members are the test group, all others the control group."""

    salt: str
    share_bp: int
    group: TrialGroup = "test"

    @classmethod
    def read(cls, section: Section) -> "Trial":
        salt = section.form("salt", ID, "autumn-1")
        return cls(salt, section.whole("share_bp", 1, SLOTS), section.choice("group", _GROUPS, "test"))

    def judge(self, scene: Scene) -> Verdict:
        member = scene.member
        if member is None or member.blocked or not member.member_id:
            return UNRELATED
        return HOLDS if trial_group(self.salt, self.share_bp, member.member_id) == self.group else UNRELATED


def trial_group(salt: str, share_bp: int, member_id: str) -> TrialGroup:
    """The group a member is in. A salt is an id, so the bar after it cannot be part of it."""
    return "test" if slot_of(salt, member_id) < share_bp else "control"


def slot_of(salt: str, member_id: str) -> int:
    """0 to 9999: BLAKE2b (RFC 7693) of `salt|member_id`, eight bytes, big end first, modulo 10,000."""
    digest = blake2b(f"{salt}|{member_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % SLOTS
