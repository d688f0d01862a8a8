"""A correction receipt as the task of ATOL's web server: with its goods since FFD 1.2, with its taxes before."""

from __future__ import annotations

from decimal import Decimal

from terminal.fiscal.atol_tasks import VAT, Task, Taxation, receipt_task
from terminal.fiscal.correction import tax_minor
from terminal.fiscal.document import Correction, FiscalDocument, Form


def document_task(document: FiscalDocument, taxation: Taxation, form: Form) -> Task:
    """Of a receipt, or of a correction receipt."""
    task = receipt_task(document, taxation, form)
    if document.correction is None:
        return task
    task |= {"type": f"{task['type']}Correction", **_basis(document.correction)}
    if document.correction.wrong_sign:
        task["items"].append({"type": "additionalAttribute", "value": document.correction.wrong_sign, "print": True})
    if form.ffd == "1.05":
        task["items"] = [item for item in task["items"] if item["type"] != "position"]
        task.pop("paymentsPlace", None)
        task["taxes"] = [{"type": VAT[line.vat], "sum": Decimal(tax_minor(line)).scaleb(-2)} for line in document.lines]
    return task


def _basis(correction: Correction) -> Task:
    numbered = {"correctionBaseNumber": correction.order} if correction.order else {}
    return {
        "correctionType": "instruction" if correction.order else "self",
        "correctionBaseDate": correction.date.replace("-", "."),
        **numbered,
    }
