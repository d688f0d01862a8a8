"""The questions conditions answer: when, where, for whom, on what, and what else must hold."""

ASPECTS: dict[str, tuple[str, str]] = {
    "when": ("Когда", "When"),
    "where": ("Где", "Where"),
    "who": ("Кому", "For whom"),
    "what": ("На что", "On what"),
    "how": ("При условии", "Provided"),
}
ASPECT_OF = {
    "dates": "when",
    "hours": "when",
    "weekdays": "when",
    "recurrence": "when",
    "season": "when",
    "before_event": "when",
    "who": "who",
    "birthday": "who",
    "first_purchase": "who",
    "trial": "who",
    "stores": "where",
    "channels": "where",
    "products": "what",
    "combination": "what",
    "quantity": "what",
    "goods_total": "what",
    "receipt_total": "how",
    "payment": "how",
    "coupon": "how",
}
"""The `type` of a condition -> the question it answers; of a new one: how."""
