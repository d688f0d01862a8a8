"""The steps a change of members is made of: each is one transaction in one bucket, and done twice is done once.

What the steps of one change are is written down before the first is done (`member_changes`), so a change cut short by a
crash is finished by whoever comes next. A step checks what it finds: one that was done, or that a later change has
overtaken, does nothing.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import update

from loyalty.events import bucket_of, canonical
from loyalty.feed import IdentRow
from sync_server.accounts import Moves, fold_accounts
from sync_server.carrying import Leaving
from sync_server.effects import Effect, effect_id, send_effects
from sync_server.find_member import Place
from sync_server.heads import Change, put_rows
from sync_server.moving import move_account
from sync_server.personal import united
from sync_server.rows import insert_rows, select_by, update_rows
from sync_server.schema import ALIAS, FEED, HOUSEHOLD, MEMBER, MERGED
from sync_server.standing import Rules
from sync_server.store import Shard, Tx

GONE = "gone"
_ident = msgspec.json.Decoder(IdentRow)


class Cause(msgspec.Struct, frozen=True):
    """The change a step belongs to: who wanted it and when, by the clock and by the stores' calendar."""

    change_id: str
    by: str
    at_ms: int
    date: str


class Join(msgspec.Struct, frozen=True, tag="join"):
    """The member is one of those who share the account, which is there from then on."""

    account_id: str
    member: Place

    @property
    def bucket(self) -> int:
        return bucket_of(self.account_id)

    def do(self, tx: Tx, cause: Cause, rules: Rules) -> None:
        row = {
            "bucket": self.bucket, "account_id": self.account_id, "member_id": self.member.member_id,
            "change_id": cause.change_id, "home": self.member.home, "by_whom": cause.by, "joined_ms": cause.at_ms,
            "left_ms": 0,
        }  # fmt: skip
        insert_rows(tx, HOUSEHOLD, [row])
        account = Moves(opened={(self.bucket, self.account_id): None}, cause=cause.change_id)
        put_rows(tx, {"bal": fold_accounts(tx, account, rules)})


class Quit(msgspec.Struct, frozen=True, tag="quit"):
    """The member shares the account no more."""

    account_id: str
    member: Place

    @property
    def bucket(self) -> int:
        return bucket_of(self.account_id)

    def do(self, tx: Tx, cause: Cause, rules: Rules) -> None:
        mine = (
            (HOUSEHOLD.c.bucket == self.bucket)
            & (HOUSEHOLD.c.account_id == self.account_id)
            & (HOUSEHOLD.c.member_id == self.member.member_id)
            & (HOUSEHOLD.c.left_ms == 0)
            & (HOUSEHOLD.c.joined_ms <= cause.at_ms)
        )
        tx.execute(update(HOUSEHOLD).where(mine).values(left_ms=cause.at_ms))


class Point(msgspec.Struct, frozen=True, tag="point"):
    """The member's account is another one from now on."""

    member: Place
    from_account: str
    to_account: str

    @property
    def bucket(self) -> int:
        return self.member.bucket

    def do(self, tx: Tx, cause: Cause, rules: Rules) -> None:
        held = held_identity(tx, self.member)
        if held is not None and held[0].account_id == self.from_account:
            body = canonical(replace(held[0], account_id=self.to_account))
            put_rows(tx, {"ident": [Change(self.bucket, self.member.member_id, body, held[1])]})


class Move(msgspec.Struct, frozen=True, tag="move"):
    """All that an account has goes to another, and whatever still comes for it."""

    account_id: str
    to_account: str

    @property
    def bucket(self) -> int:
        return bucket_of(self.account_id)

    def do(self, tx: Tx, cause: Cause, rules: Rules) -> None:
        leaving = Leaving(self.to_account, cause.at_ms, cause.date, cause.change_id)
        move_account(tx, (self.bucket, self.account_id), leaving, rules)


class GiveAlias(msgspec.Struct, frozen=True, tag="alias"):
    """A card or a phone of the one who goes is from now on that of the one who is kept."""

    kind: str
    alias: str
    gone: Place
    kept: Place

    @property
    def bucket(self) -> Shard:
        """The table of aliases has buckets of its own."""
        return Shard("abucket", bucket_of(self.alias))

    def do(self, tx: Tx, cause: Cause, rules: Rules) -> None:
        mine = (
            (ALIAS.c.abucket == bucket_of(self.alias))
            & (ALIAS.c.kind == self.kind)
            & (ALIAS.c.alias == self.alias)
            & (ALIAS.c.member_id == self.gone.member_id)
        )
        tx.execute(update(ALIAS).where(mine).values(member_id=self.kept.member_id, account_id=self.kept.home))


class Go(msgspec.Struct, frozen=True, tag="go"):
    """The member is merged into another: tills forget the identity, and the other gets it."""

    gone: Place
    kept: Place

    @property
    def bucket(self) -> int:
        return self.gone.bucket

    def do(self, tx: Tx, cause: Cause, rules: Rules) -> None:
        held = held_identity(tx, self.gone)
        if held is None:
            return
        key = {"bucket": self.bucket, "member_id": self.gone.member_id}
        into = {"merged_into": self.kept.member_id, "merged_home": self.kept.home}
        update_rows(tx, MEMBER, ("bucket", "member_id"), [{**key, **into}])
        body = canonical(Gone(self.gone, self.kept, cause.by, held[0]))
        id_ = effect_id(GONE, f"{cause.change_id}:{self.gone.member_id}", self.kept.member_id)
        send_effects(tx, self.bucket, [Effect(id_, GONE, self.kept.home, cause.at_ms, body)])
        put_rows(tx, {"ident": [Change(self.bucket, self.gone.member_id, None, held[1])]})


Step = Join | Quit | Point | Move | GiveAlias | Go


class Gone(msgspec.Struct, frozen=True):
    """The effect of `Go`: whom it is about, who wanted it, and the identity that was."""

    gone: Place
    kept: Place
    by: str
    ident: IdentRow


_gone = msgspec.json.Decoder(Gone)


def members_gone(effects: Sequence[Effect]) -> set[str]:
    """Whom these effects are about."""
    return {_gone.decode(effect.body).gone.member_id for effect in effects}


def take_gone(tx: Tx, effects: Sequence[Effect], rules: Rules) -> None:
    """The handler of merged members at the one who was kept; where that one has gone too, it goes on to the next."""
    for effect in effects:
        gone = _gone.decode(effect.body)
        names = ("merged_into", "merged_home")
        key = (gone.kept.bucket, gone.kept.member_id)
        held = held_identity(tx, gone.kept)
        if held is not None:
            insert_rows(tx, MERGED, [_merged_row(gone, effect.at_ms)])
            body = canonical(united(held[0], gone.ident))
            put_rows(tx, {"ident": [Change(gone.kept.bucket, gone.kept.member_id, body, held[1])]})
            continue
        row = select_by(tx, MEMBER, names, ("bucket", "member_id"), [key])[0]
        on = replace(gone, kept=Place(row.merged_home, row.merged_into))
        id_ = effect_id(GONE, effect.effect_id, on.kept.member_id)
        send_effects(tx, gone.kept.bucket, [replace(effect, effect_id=id_, target=on.kept.home, body=canonical(on))])


def _merged_row(gone: Gone, at_ms: int) -> dict[str, object]:
    return {
        "bucket": gone.kept.bucket, "member_id": gone.kept.member_id, "gone_id": gone.gone.member_id,
        "gone_home": gone.gone.home, "by_whom": gone.by, "at_ms": at_ms,
    }  # fmt: skip


def held_identity(tx: Tx, member: Place) -> tuple[IdentRow, int] | None:
    """The member's identity row, held until the commit, and its hash; None where there is none any more."""
    place = (member.bucket, member.member_id)
    rows = select_by(tx, FEED["ident"], ("h", "body"), ("bucket", "key"), [place], lock=True)
    return (_ident.decode(rows[0].body), rows[0].h) if rows and rows[0].body is not None else None
