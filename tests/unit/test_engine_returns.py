"""Returns at a till: by the version of the programme the sale was made by, with the reason on screen and paper."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from loyalty.errors import StoreFault
from loyalty.events import bucket_of, canonical
from loyalty.feed import Applied, BalanceRow, FeedRow, ProgrammeRow, version_key
from loyalty.points.earned import balance_after
from loyalty.receipt import Payment, Receipt
from loyalty.returning.parts import GivenBack, Sums, given_back
from loyalty.returns import returned_said
from loyalty.sentences import sentence
from terminal.session import commands as c
from tests.support.counter import CARD, NOON, TEA
from tests.support.queue_samples import OFFICE, cursor_to
from tests.support.small_till import Rig, do, opened_rig

RULES = """
id = "corner"
version = {version}
name = {{ ru = "Уголок", en = "Corner" }}
[returns]
rule = "{rule}"
{more}
[[campaign]]
id = "three"
name = {{ ru = "3 по цене 2", en = "3 for 2" }}
reward = {{ type = "n_for_m", take = 3, pay = 2 }}
"""


@pytest.fixture
def rig(tmp_path: Path):
    with opened_rig(tmp_path / "till") as made:
        yield made


def install(rig: Rig, *versions: tuple[str, int, str], seq: int, more: str = "") -> None:
    """What the head office's feed brings: (key, version, rule)."""
    rows = []
    for key, version, rule in versions:
        text = RULES.format(version=version, rule=rule, more=more)
        row = ProgrammeRow("corner", version, text, OFFICE.sign(text.encode()).hex())
        rows.append(FeedRow(key, seq, msgspec.Raw(canonical(row))))
    cursor = msgspec.structs.replace(cursor_to("programmes", 0, rows), seq=seq)
    rig.store.cache.install(rows, cursor, afresh=True)
    rig.effects.forget_programme()


def sold_three(rig: Rig) -> Receipt:
    """Three teas at 100.00 for 200.00, by version 1 with what is kept worked out again."""
    install(rig, ("corner", 1, "kept"), seq=2)
    state = do(rig, c.OpenShift("Anna"), *[c.Scan(TEA.code)] * 3, c.Pay(), c.Tender("cash"))
    assert state.receipt is not None
    assert state.receipt.total_minor == 200_00
    return state.receipt


def returned(rig: Rig, number: str, qty_milli: int) -> Receipt:
    state = do(rig, c.BeginReturn(number), c.SetReturn(1, qty_milli), c.ConfirmReturn("cash"))
    assert state.receipt is not None
    assert state.receipt.kind == "return"
    return state.receipt


def test_a_return_goes_by_the_version_of_its_sale_after_the_next_was_published(rig: Rig) -> None:
    sale = sold_three(rig)
    install(rig, ("corner", 2, "paid"), (version_key("corner", 1), 1, "kept"), seq=3)
    assert rig.effects.programme().version == 2
    parts = [returned(rig, sale.number, 1000) for _ in range(3)]
    assert [(part.total_minor, part.return_rule) for part in parts] == [(0, "kept"), (100_00, "kept"), (100_00, "kept")]
    assert {part.programmes[0].version for part in parts} == {1}


def test_the_screen_and_the_slip_say_why_less_comes_back(rig: Rig) -> None:
    sale = sold_three(rig)
    state = do(rig, c.BeginReturn(sale.number), c.SetReturn(1, 1000))
    assert state.returning is not None
    assert state.returning.preview is not None
    assert [said.code for said in returned_said(state.returning.preview)] == ["return.withheld", "return.less_off"]
    made = returned(rig, sale.number, 1000)
    assert made.withheld_minor == 66_67
    slip = " ".join(line.strip() for line in rig.slips[-1])
    assert "66.67 less comes back than was paid for this" in slip
    assert "“3 for 2” takes 66.67 less off what is kept" in slip


def test_a_till_without_the_version_of_the_sale_returns_at_the_price_paid_and_says_so(rig: Rig) -> None:
    sale = sold_three(rig)
    install(rig, ("corner", 2, "kept"), seq=3)
    made = returned(rig, sale.number, 1000)
    assert (made.total_minor, made.return_rule) == (66_67, "unknown")
    slip = " ".join(line.strip() for line in rig.slips[-1])
    assert "This till has not the rules of this sale (corner 1): returned at the price paid" in slip


def test_a_sale_without_any_programme_comes_back_at_the_price_paid(rig: Rig) -> None:
    install(rig, seq=2)
    state = do(rig, c.OpenShift("Anna"), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert state.receipt is not None
    made = returned(rig, state.receipt.number, 1000)
    assert (made.total_minor, made.return_rule) == (100_00, "paid")


def test_what_other_tills_gave_back_is_taken_from_the_head_office_and_ones_own_counts_once(rig: Rig) -> None:
    sale = sold_three(rig)
    own = returned(rig, sale.number, 1000)
    part = given_back(own)
    found = rig.lookups.fetch_receipt(sale.number)
    assert (found.parts, found.returned_milli) == ((part,), {})
    other = GivenBack("ee" * 16, {1: 1000}, Sums(total_minor=100_00))
    told = c.ReceiptFound(sale, {1: 2000}, (part, other), found.programme)
    state = do(rig, c.Back(), told, c.ReturnAll())
    assert state.returning is not None
    assert state.returning.preview is not None
    assert (state.returning.left_milli, state.returning.preview.total_minor) == ({1: 1000}, 100_00)


def test_a_return_made_on_another_screen_meanwhile_is_counted(rig: Rig) -> None:
    sale = sold_three(rig)
    found = rig.lookups.fetch_receipt(sale.number)
    returned(rig, sale.number, 1000)
    commit = c.CommitReturn(sale, {}, {1: 1000}, "cash", found.parts, found.programme)
    made = rig.records.take_back(commit, rig.records.shift_now(), rig.engine.around())
    assert made.receipt.total_minor == 100_00


EARNING = """shortfall = "refund"
[redeem]
point_value_minor = 100
[[status]]
id = "basic"
name = { ru = "Базовый", en = "Basic" }
earn_bp = 500
"""


def test_points_that_are_gone_are_kept_from_the_money_and_the_slip_says_so(rig: Rig) -> None:
    # 100.00 earn 5 points. By the head office's word the account owes 3: with these it has 2, so 3.00 are kept.
    install(rig, ("corner", 1, "paid"), seq=2, more=EARNING)
    state = do(rig, c.OpenShift("Anna"), c.Scan(CARD), c.Scan(TEA.code), c.Pay(), c.Tender("cash"))
    assert state.receipt is not None
    assert state.receipt.earned_points == 5
    owes(rig, state.receipt.account_id or "", 3)
    state = do(rig, c.BeginReturn(state.receipt.number), c.ReturnAll())
    assert state.returning is not None
    assert state.returning.preview is not None
    assert state.returning.preview.settled_minor == 97_00
    state = do(rig, c.ConfirmReturn("cash"))
    made = state.receipt
    assert made is not None
    assert (made.earned_points, made.short_points, made.short_minor) == (2, {"main": 3}, 3_00)
    assert made.payments == (Payment("cash", 97_00),)
    assert state.shift is not None
    assert state.shift.totals.returned_cash_minor == 97_00
    paper = [" ".join(row.split()) for row in rig.slips[-1]]
    assert "For missing points −3.00" in paper
    assert "TO PAY OUT 97.00" in paper
    assert "The account is 3 points short: 3.00 is" in paper


def test_after_a_return_the_new_balance_stands_on_the_receipt_and_on_the_slip(rig: Rig) -> None:
    """Anna has 200 points; the tea earns 5 % of 100.00, which goes back with it."""
    sold = do(rig, c.OpenShift("Anna"), c.Scan(CARD), c.Scan(TEA.code), c.Pay(), c.Tender("cash")).receipt
    assert sold is not None
    made = returned(rig, sold.number, 1000)
    assert (sold.balance_before_points, sold.earned_points) == (200, 5)
    assert (made.balance_before_points, made.earned_points, balance_after(made)) == (205, 5, 200)
    assert any(line.startswith("Points on account") and line.endswith(" 200") for line in rig.slips[-1])


def test_a_return_is_made_where_the_balance_cannot_be_read(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    sold = do(rig, c.OpenShift("Anna"), c.Scan(CARD), c.Scan(TEA.code), c.Pay(), c.Tender("cash")).receipt
    assert sold is not None

    def damaged(member_id: str) -> None:
        raise StoreFault(sentence("store.damaged", file="cache.db"))

    monkeypatch.setattr(rig.store.cache, "member", damaged)
    assert returned(rig, sold.number, 1000).balance_before_points is None


def test_of_an_account_no_round_ever_told_of_nothing_is_known(rig: Rig) -> None:
    sale = sold_three(rig)
    assert rig.lookups.fetch_receipt(sale.number).purse is None, "nobody's"
    other = msgspec.structs.replace(sale, account_id="dd" * 16)
    assert rig.lookups._own(other).purse is None


def owes(rig: Rig, account: str, points: int) -> None:
    rows = [FeedRow(account, 9, msgspec.Raw(canonical(BalanceRow(account, {"main": -points}))))]
    cursor = msgspec.structs.replace(cursor_to("bal", bucket_of(account), rows, Applied(), NOON.at_ms), seq=9)
    assert rig.store.cache.install(rows, cursor, afresh=True)


def test_a_version_somebody_else_signed_is_not_taken_for_the_head_office_s(rig: Rig) -> None:
    sale = sold_three(rig)
    text = RULES.format(version=1, rule="kept", more="")
    forged = ProgrammeRow("corner", 1, text, "00" * 64)
    rows = [FeedRow(version_key("corner", 1), 3, msgspec.Raw(canonical(forged)))]
    cursor = msgspec.structs.replace(cursor_to("programmes", 0, rows), seq=3)
    assert rig.store.cache.install(rows, cursor, afresh=True)
    assert rig.lookups.fetch_receipt(sale.number).programme is None
