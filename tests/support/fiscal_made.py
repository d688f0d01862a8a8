"""What a virtual register has made of a receipt, by the names of its tags."""

from __future__ import annotations

from devices.virtual.atol import VirtualAtol
from devices.virtual.shtrih import VirtualShtrih
from loyalty.receipt import Receipt
from terminal.fiscal.document import Form, PointsAs, fiscal_document
from terminal.fiscal.shtrih import Shtrih
from terminal.fiscal.tags import Field, FiscalVat, find
from tests.support.fiscal import MemoryWire, atol_port

MEANS = ("cash", "electronic", "advance", "credit", "counter_provision")


def by_shtrih(
    receipt: Receipt, points_as: PointsAs = "discount", advance_vat: FiscalVat = "none", form: Form | None = None
) -> tuple[Field, ...]:
    """The document as the memory of a Shtrih register gives it, read by our table of tags."""
    register = VirtualShtrih()
    port = Shtrih(MemoryWire(register), form=form)
    port.open_shift(receipt.cashier)
    issued = port.issue(fiscal_document(receipt, points_as, advance_vat))
    found = port.document(issued.document)
    assert found is not None
    return found


def by_atol(
    receipt: Receipt, points_as: PointsAs = "discount", advance_vat: FiscalVat = "none", form: Form | None = None
) -> dict:
    """The task by which the web server of ATOL has made it."""
    register = VirtualAtol()
    port = atol_port(register, form=form)
    port.open_shift(receipt.cashier)
    port.issue(fiscal_document(receipt, points_as, advance_vat))
    (made,) = register.memory.receipts()
    return made.task


def lines_of(document: tuple[Field, ...]) -> list[str]:
    """`Шарф 2000 x 125000 = 250000, vat 20, full, goods, piece`, one for each group of tag 1059."""
    return [_line(value) for name, value in document if name == "item" and isinstance(value, tuple)]


def _line(item: tuple[Field, ...]) -> str:
    name, qty, price, amount, vat = (
        str(find(item, tag)) for tag in ("item_name", "quantity", "price", "amount", "vat")
    )
    said = ", ".join(str(find(item, tag)) for tag in ("method", "subject", "measure"))
    return f"{name} {qty} x {price} = {amount}, vat {vat}, {said}"


def paid_of(document: tuple[Field, ...]) -> dict[str, int]:
    """Kind of money -> kopecks, without those of nothing."""
    found = {name: find(document, f"paid_{name}") for name in MEANS}
    return {name: minor for name, minor in found.items() if isinstance(minor, int) and minor}
