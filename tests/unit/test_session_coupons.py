"""Coupons at the till: read, looked up, put on the receipt, taken off, each with its reason."""

from msgspec.structs import replace

from loyalty.coupons.codes import Ticket, series_code, shop_mark, signed_code, ticket_bytes, to_sign
from loyalty.coupons.reading import Shop, coupon_id
from loyalty.documents.programme_file import parse_programme
from loyalty.quoting.presented import MAX_COUPONS
from terminal.session import commands as c
from tests.support.counter import ANNA, BLOCKED, CARD, CUP, PROGRAMME, TEA, Counter

COUPONS = """
[[coupon]]
id = "spring"
name = { ru = "Весна", en = "Spring" }
kind = "promo"
words = ["VESNA26"]
last = 2026-09-21

[[coupon]]
id = "over"
name = { ru = "Лето", en = "Summer" }
kind = "promo"
words = ["LETO26"]
last = 2026-09-20

[[coupon]]
id = "own"
name = { ru = "Свои", en = "Own" }
kind = "promo"
words = ["SVOI"]
per_member = 2

[[coupon]]
id = "next"
name = { ru = "Следующая", en = "Next" }
kind = "series"
code = "NEXT"
uses = "single"

[[coupon]]
id = "gift"
name = { ru = "Подарочный", en = "Gift" }
kind = "signed"
code = "GIFT"

[[campaign]]
id = "spring-cups"
name = { ru = "Кружки весной", en = "Cups in spring" }
conditions = [{ type = "coupon", series = ["spring"] }, { type = "products", codes = ["%CUP%"] }]
reward = { type = "amount", amount_minor = 50_00, per = "receipt" }

[[campaign]]
id = "next-time"
name = { ru = "Следующая покупка", en = "The next purchase" }
conditions = [{ type = "coupon", series = ["next", "own", "gift"] }]
reward = { type = "amount", amount_minor = 10_00, per = "receipt" }
"""
RULES = parse_programme(PROGRAMME + COUPONS.replace("%CUP%", CUP.code))
FIRST, SECOND = series_code("NEXT", "0000000001"), series_code("NEXT", "0000000002")


def till(*commands: c.Command) -> Counter:
    return Counter(RULES).opened().do(*commands)


def total(counter: Counter) -> int:
    assert counter.state.quote is not None
    return counter.state.quote.total_minor


def shown(counter: Counter) -> list[tuple[str, bool, str]]:
    return [(each.series, each.used, each.said.code) for each in counter.state.coupons]


def test_a_promo_word_lowers_the_price_and_is_shown_as_used() -> None:
    counter = till(c.Scan(CUP.code), c.Type("vesna 26"))
    assert (counter.said, counter.sounds[-1], total(counter)) == ("coupon.added", "ok", 400_50)
    assert shown(counter) == [("spring", True, "amount.receipt")]


def test_a_coupon_before_its_goods_waits_and_then_works() -> None:
    counter = till(c.Type("VESNA26"))
    assert shown(counter) == [("spring", False, "coupon.no_goods_yet")]
    assert counter.state.quote is None
    counter.do(c.Scan(TEA.code))
    assert shown(counter) == [("spring", False, "coupon.gives_nothing")]
    counter.do(c.Scan(CUP.code))
    assert (shown(counter), total(counter)) == ([("spring", True, "amount.receipt")], 500_50)


def test_undo_and_void_take_a_coupon_off_and_undo_brings_it_back() -> None:
    counter = till(c.Scan(CUP.code), c.Type("VESNA26"), c.Undo())
    assert (shown(counter), total(counter)) == ([], 450_50)
    counter.do(c.Type("VESNA26"), c.DropCoupon("VESNA26"))
    assert (counter.said, shown(counter), total(counter)) == ("coupon.dropped", [], 450_50)
    counter.do(c.Undo())
    assert total(counter) == 400_50
    assert counter.do(c.DropCoupon("NOTHING")).said == "coupon.not_there"
    counter.do(c.VoidReceipt())
    assert (shown(counter), counter.state.basket.coupons) == ([], ())


def test_the_same_coupon_twice_and_another_of_its_series_are_not_put_on() -> None:
    counter = till(c.Scan(TEA.code), c.Scan(FIRST), c.Scan(FIRST))
    assert (counter.said, len(counter.state.basket.coupons)) == ("coupon.twice", 1)
    counter.do(c.Scan(SECOND))
    assert (counter.said, len(counter.state.basket.coupons)) == ("coupon.second", 1)


def test_what_is_over_misread_or_of_no_series_is_refused_with_its_reason() -> None:
    assert till(c.Type("LETO26")).said == "coupon.over"
    assert till(c.Scan(series_code("OTHER", "0000000001"))).said == "coupon.no_series"
    misread = FIRST[:-2] + ("0" if FIRST[-2] != "0" else "1") + FIRST[-1]
    counter = till(c.Scan(misread))
    assert (counter.said, counter.sounds[-1], counter.state.basket.coupons) == ("code.check_digit", "error", ())


def test_a_spent_coupon_is_refused_and_one_more_use_of_a_word_is_not() -> None:
    counter = till(c.Scan(TEA.code), c.Scan(FIRST), c.Type("VESNA26"), c.Pay(), c.Tender("cash"))
    assert counter.state.receipt is not None
    assert counter.state.receipt.coupons == (coupon_id("series", "NEXT", "0000000001"),)
    counter.do(c.Scan(TEA.code), c.Scan(FIRST))
    assert (counter.said, counter.state.basket.coupons) == ("coupon.spent", ())
    assert counter.do(c.Type("VESNA26")).said == "coupon.added"


def test_a_coupon_for_members_waits_for_the_card_and_holds_to_their_limit() -> None:
    counter = till(c.Scan(TEA.code), c.Type("SVOI"))
    assert shown(counter) == [("own", False, "coupon.needs_member")]
    counter.do(c.Scan(CARD))
    assert (shown(counter), total(counter)) == ([("own", True, "amount.receipt")], 90_00)
    counter = till()
    counter.members[CARD] = replace(ANNA, coupon_uses={"own": 2})
    counter.do(c.Scan(CARD), c.Scan(TEA.code), c.Type("SVOI"))
    assert (counter.said, counter.state.basket.coupons) == ("coupon.member_limit", ())
    late = till()
    late.members[CARD] = replace(ANNA, coupon_uses={"own": 2})
    late.do(c.Scan(TEA.code), c.Type("SVOI"), c.Scan(CARD))
    assert (shown(late), total(late)) == ([("own", False, "coupon.member_limit")], 100_00)


def test_a_blocked_card_uses_no_coupon_for_members() -> None:
    counter = till(c.Scan(BLOCKED), c.Scan(TEA.code), c.Type("SVOI"))
    assert shown(counter) == [("own", False, "coupon.needs_member")]


def test_a_receipt_takes_its_limit_of_coupons_and_no_more() -> None:
    series = [f'[[coupon]]\nid = "p{n}"\nname = {{ ru = "П", en = "P" }}\nkind = "promo"\nwords = ["PROMO{n:02d}"]\n'
              for n in range(MAX_COUPONS + 1)]  # fmt: skip
    counter = Counter(parse_programme(PROGRAMME + "\n".join(series))).opened()
    counter.do(*(c.Type(f"PROMO{n:02d}") for n in range(MAX_COUPONS)))
    assert (counter.said, len(counter.state.coupons)) == ("coupon.added", MAX_COUPONS)
    counter.do(c.Type(f"PROMO{MAX_COUPONS:02d}"))
    assert (counter.said, len(counter.state.coupons)) == ("coupon.too_many", MAX_COUPONS)


# -- signed ones: a check that knows one signature stands for the head office's key

KEY = "ab" * 32
GOOD = bytes(64)


def signed(signature: bytes = GOOD, key: str = KEY) -> str:
    return signed_code(ticket_bytes(Ticket("GIFT", "00" * 6, "2026-09-21", "", shop_mark(key))), signature)


def with_key(*commands: c.Command) -> Counter:
    counter = Counter(RULES)
    counter.shop = Shop(KEY, lambda message, signature: message.startswith(to_sign(b"")) and signature == GOOD)
    return counter.opened().do(*commands)


def test_a_signed_coupon_is_checked_with_the_head_office_s_key() -> None:
    counter = with_key(c.Scan(TEA.code), c.Scan(signed()))
    assert (counter.said, total(counter)) == ("coupon.added", 90_00)
    assert with_key(c.Scan(signed(b"\1" + bytes(63)))).said == "coupon.forged"
    assert with_key(c.Scan(signed(key="cd" * 32))).said == "coupon.other_shop"
    assert till(c.Scan(signed())).said == "coupon.no_key"
