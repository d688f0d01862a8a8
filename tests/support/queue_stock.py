"""What the tests of queue_stock share."""

from tests.support.queue_samples import (
    account_in,
    goods_row,
    programme_row,
)

ANNA, BORIS = account_in(3), account_in(200)


def stock(office):
    office.add_member(ANNA, "anna")
    office.add_member(BORIS, "boris")
    office.add_points(ANNA, 100)
    row = goods_row("4600000000015", "Шарф")
    office.put("goods", 0, row.key, row.live)
    row = programme_row("a = 1")
    office.put("programmes", 0, row.key, row.live)
