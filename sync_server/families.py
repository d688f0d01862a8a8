"""Families: members who share one account. Points, status and what campaigns with limits gave are the family's.

Who joins brings all along that the own account has. Who leaves takes nothing: points were earned together, so they stay
with the family, and the leaver begins anew with an empty account.
"""

from collections.abc import Sequence

from loyalty.errors import BadInput
from loyalty.sentences import sentence
from sync_server.carrying import is_full
from sync_server.find_member import FoundMember, find_member, members_of, read_balance, read_found
from sync_server.identity import Identity
from sync_server.member_changes import Wish, make_change
from sync_server.member_steps import Join, Move, Point, Quit, Step
from sync_server.store import Store, Tx

MAX_FAMILY = 20
FAMILY = "family"

SENTENCES = {
    "family.few": ("Семья — это от 2 до {limit} участников", "A family has 2 to {limit} members"),
    "family.full": ("В семье уже {limit} участников", "The family has {limit} members already"),
    "family.twice": ("«{text}» — тот же участник, что и другой в списке", "“{text}” is a member named before"),
    "family.shared": (
        "«{text}» уже в семье: сначала kopilka-server family leave",
        "“{text}” is in a family already: kopilka-server family leave first",
    ),
    "family.none": ("«{text}» не в семье", "“{text}” is in no family"),
    "family.same": ("Они уже в одной семье", "They are in one family already"),
    "family.accounts": (
        "На счёт перешло слишком много счетов: заведите новый",
        "Too many accounts have moved to this one: begin a new one",
    ),
}


def create_family(store: Store, identity: Identity, wish: Wish, texts: Sequence[str]) -> tuple[FoundMember, ...]:
    """A new account for these members, with all they have. Raises BadInput, NotNow; then nothing has changed."""
    found = tuple(find_member(store, identity, text) for text in texts)
    for number, each in enumerate(found):
        if each.place in [other.place for other in found[:number]]:
            raise BadInput(sentence("family.twice", text=texts[number][:40]))
    if not 2 <= len(found) <= MAX_FAMILY:
        raise BadInput(sentence("family.few", limit=MAX_FAMILY))
    account_id = wish.new_id()

    def plan(tx: Tx) -> tuple[Step, ...]:
        moves = [_moving_in(tx, each, text, account_id) for each, text in zip(found, texts, strict=True)]
        return tuple(step for steps in moves for step in steps)

    make_change(store, identity, wish, FAMILY, plan)
    return _as_they_are(store, found)


def add_to_family(store: Store, identity: Identity, wish: Wish, family: str, text: str) -> tuple[FoundMember, ...]:
    """The member `text` joins whom `family` names; everyone in it then. Raises BadInput, NotNow."""
    host, guest = find_member(store, identity, family), find_member(store, identity, text)

    def plan(tx: Tx) -> tuple[Step, ...]:
        account_id, before = _now(tx, host, family).ident.account_id, _now(tx, guest, text)
        if before.ident.account_id == account_id:
            raise BadInput(sentence("family.same"))
        inside = members_of(tx, account_id)
        if len(inside) < 2:
            raise BadInput(sentence("family.none", text=family[:40]))
        if len(inside) >= MAX_FAMILY:
            raise BadInput(sentence("family.full", limit=MAX_FAMILY))
        return _moving_in(tx, guest, text, account_id)

    make_change(store, identity, wish, FAMILY, plan)
    with store.read() as tx:
        return tuple(members_of(tx, _now(tx, host, family).ident.account_id))


def leave_family(store: Store, identity: Identity, wish: Wish, text: str) -> FoundMember:
    """The member has an account of its own again, with nothing in it. Raises BadInput, NotNow."""
    leaver = find_member(store, identity, text)
    account_id = wish.new_id()

    def plan(tx: Tx) -> tuple[Step, ...]:
        now = _now(tx, leaver, text)
        old = now.ident.account_id
        if len(members_of(tx, old)) < 2:
            raise BadInput(sentence("family.none", text=text[:40]))
        return Point(now.place, old, account_id), Quit(old, now.place), Join(account_id, now.place)

    make_change(store, identity, wish, FAMILY, plan)
    return _as_they_are(store, (leaver,))[0]


def _moving_in(tx: Tx, member: FoundMember, text: str, account_id: str) -> tuple[Step, ...]:
    """The member's steps into an account. It is listed there first, so nobody is in an account that does not know."""
    now = _now(tx, member, text)
    own = now.ident.account_id
    if len(members_of(tx, own)) > 1:
        raise BadInput(sentence("family.shared", text=text[:40]))
    if is_full(read_balance(tx, account_id), read_balance(tx, own)):
        raise BadInput(sentence("family.accounts"))
    return Join(account_id, now.place), Point(now.place, own, account_id), Move(own, account_id), Quit(own, now.place)


def _now(tx: Tx, member: FoundMember, text: str) -> FoundMember:
    """The member as the plan's own snapshot has it."""
    found = read_found(tx, member.place)
    if found is None:
        raise BadInput(sentence("member.unknown", text=text[:40]))
    return found


def _as_they_are(store: Store, members: Sequence[FoundMember]) -> tuple[FoundMember, ...]:
    with store.read() as tx:
        found = (read_found(tx, each.place) for each in members)
        return tuple(each for each in found if each is not None)
