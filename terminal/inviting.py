"""Who invited a new member, where the programme rewards that."""

from __future__ import annotations

from loyalty.errors import NotNow
from loyalty.ledger import MAIN_WALLET
from loyalty.referral import Invited, invitation
from loyalty.sentences import sentence
from terminal.members import find_known
from terminal.offline_queue.store import Store
from terminal.session import Surroundings
from terminal.session import commands as c


def invited_by(files: Store, effect: c.EnrolMember, member_id: str, around: Surroundings) -> Invited | None:
    """Raises NotNow where who invited them is not known here."""
    programme = around.programme
    if effect.invited_by is None or programme.referral is None:
        return None
    inviter = find_known(files, *effect.invited_by)
    if inviter is None:
        raise NotNow(sentence("member.no_inviter"), sentence("member.no_inviter.hint"))
    terms, moment = programme.lot_terms(MAIN_WALLET), around.moment
    account = inviter.ident.account_id
    day = (moment.local_date, moment.at_ms)
    return invitation(programme.referral, account, member_id, *day, terms, programme.workdays)
