"""How points are spent and given back, in a programme document: `[redeem]`, `[redeem.offline]` and `[returns]`."""

from typing import Literal

from loyalty.conditions.products import read_set
from loyalty.documents.campaign_file import MAX_POINTS
from loyalty.documents.section import Section
from loyalty.member import IdentifiedBy
from loyalty.points.lots import Shortfall
from loyalty.programme import Programme, Redeem, Returns
from loyalty.rights import MAX_AGE_DAYS, MAX_SEEN_DAYS, Offline, OfflineKind
from loyalty.sentences import sentence

_IDENTIFIED: tuple[IdentifiedBy, ...] = ("card", "phone", "phone_code", "manual")
_OFFLINE: tuple[OfflineKind, ...] = ("credit", "escrow", "both", "none")
_RETURN_RULES: tuple[Literal["paid", "kept"], ...] = ("paid", "kept")
_SHORTFALLS: tuple[Shortfall, ...] = ("debt", "refund", "balance")

SENTENCES = {
    "programme.split": (
        "шаг в {step_points:балл|балла|баллов} — не целая сумма в копейках",
        "a step of {step_points:point|points} is no whole sum in minor units",
    ),
    "programme.split.mend": (
        "step_points × point_value_minor должно делиться на point_scale",
        "let step_points × point_value_minor divide by point_scale",
    ),
    "programme.no_worth": ("не сказано, сколько стоит балл", "what a point is worth is not said"),
    "programme.no_worth.mend": (
        "укажите point_value_minor в [redeem]",
        "give point_value_minor in [redeem]",
    ),
}


def read_redeem(part: Section | None) -> Redeem:
    """How points are spent."""
    usual = Redeem()
    if part is None:
        return usual
    redeem = Redeem(
        point_value_minor=part.whole("point_value_minor", 1, 1_000_000, usual.point_value_minor),
        max_share_bp=part.whole("max_share_bp", 0, 10_000, usual.max_share_bp),
        max_points=part.whole("max_points", 0, MAX_POINTS, 0),
        min_points=part.whole("min_points", 1, MAX_POINTS, usual.min_points),
        step_points=part.whole("step_points", 1, MAX_POINTS, usual.step_points),
        offline_max_points=part.whole("offline_max_points", 0, MAX_POINTS, usual.offline_max_points),
        unconfirmed_offline_max_points=part.whole(
            "unconfirmed_offline_max_points", 0, MAX_POINTS, usual.unconfirmed_offline_max_points
        ),
        max_age_s=part.whole("max_age_s", 0, 31_536_000, usual.max_age_s),
        identified_by=part.choices("identified_by", _IDENTIFIED) if part.has("identified_by") else usual.identified_by,
        wallets=part.refs("wallets", "wallet") or usual.wallets,
        excluded=read_set(part.part("excluded")),
        offline=_offline(part.part("offline")),
    )
    part.finish()
    return redeem


def _offline(part: Section | None) -> Offline:
    usual = Offline()
    if part is None:
        return usual
    offline = Offline(
        kind=part.choice("kind", _OFFLINE, usual.kind),
        member_max_points=part.whole("member_max_points", 0, MAX_POINTS, 0),
        till_max_points=part.whole("till_max_points", 0, MAX_POINTS, 0),
        max_age_days=part.whole("max_age_days", 1, MAX_AGE_DAYS, usual.max_age_days),
        identified_by=part.choices("identified_by", _IDENTIFIED) if part.has("identified_by") else (),
        online_one_in=part.whole("online_one_in", 0, 1000, 0),
        escrow_max_points=part.whole("escrow_max_points", 0, MAX_POINTS, 0),
        escrow_seen_days=part.whole("escrow_seen_days", 1, MAX_SEEN_DAYS, usual.escrow_seen_days),
    )
    part.finish()
    return offline


def read_returns(part: Section | None, redeem: Section | None) -> Returns:
    """What returns bring, and what becomes of points that are gone."""
    if part is None:
        return Returns()
    returns = Returns(
        rule=part.choice("rule", _RETURN_RULES, "paid"), shortfall=part.choice("shortfall", _SHORTFALLS, "debt")
    )
    if returns.shortfall == "refund" and (redeem is None or not redeem.has("point_value_minor")):
        part.note("shortfall", sentence("programme.no_worth"), sentence("programme.no_worth.mend"))
    part.finish()
    return returns


def check_step(top: Section, programme: Programme) -> None:
    """A step of points must be a whole sum of money, or spent points could not be shared to the kopeck."""
    redeem = programme.redeem
    if redeem.step_points * redeem.point_value_minor % programme.point_scale:
        what = sentence("programme.split", step_points=redeem.step_points)
        top.note("redeem.step_points", what, sentence("programme.split.mend"))
