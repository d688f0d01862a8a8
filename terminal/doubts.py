"""A receipt in doubt as the Resolve screen shows it."""

from loyalty.receipt import Receipt
from loyalty.sentences import sentence
from terminal.fiscal.register import InQuestion, Unknown
from terminal.session.state import Doubt

SENTENCES = {
    "doubt.not_written": (
        "Касса (ККТ) ответила, но записать это не удалось",
        "The fiscal register has answered, and that could not be written down",
    ),
    "doubt.not_written.hint": ("Освободите место на диске и спросите снова", "Free space on the disk and ask again"),
}


def doubt_of(receipt: Receipt, unknown: Unknown) -> Doubt:
    return Doubt(
        receipt.number, receipt.kind, receipt.settled_minor, receipt.moment, unknown.told or sentence("fiscal.silent"),
        unknown.hint, unknown.sent_to,
    )  # fmt: skip


def doubt_of_correction(asked: InQuestion) -> Doubt:
    document, unknown = asked.document, asked.unknown
    told = unknown.told or sentence("fiscal.silent")
    return Doubt(
        document.number, "correction", document.total_minor, None, told, unknown.hint, unknown.sent_to
    )  # fmt: skip
