"""What the session says of receipts that are looked up, to see them or to return goods: code -> (Russian, English)."""

SENTENCES = {
    "receipts.none": ("В этой смене чеков ещё нет", "There is no receipt in this shift yet"),
    "receipts.more": (
        "Показаны последние чеки: {count}. Более ранний — F11 и номер",
        "The last {count}; an older one by F11 and its number",
    ),
    "receipts.no_printer": ("К этой кассе принтер не подключён", "This till has no printer"),
    "receipts.copy_register": ("Касса (ККТ) напечатала копию чека {number}", "The register printed a copy of {number}"),
    "receipts.copy_printer": ("Копия чека {number} — на принтере", "A copy of receipt {number} is at the printer"),
    "return.left_off": ("Возврат не оформлен", "No return was made"),
    "return.finish_first": ("Сначала закройте или очистите текущий чек", "Complete or void the current receipt first"),
    "return.of_return": ("Чек {number} сам возврат", "Receipt {number} is itself a return"),
    "return.all_back": ("По чеку {number} всё уже возвращено", "Everything of receipt {number} has been returned"),
    "return.choose": (
        "Возврат по чеку {number}: отметьте, что возвращают",
        "Return of receipt {number}: choose what comes back",
    ),
    "return.alone": (
        "Нет ответа из офиса: возвраты на других кассах сейчас не видны",
        "The head office does not answer: returns made at other tills are not known now",
    ),
    "return.not_cash": (
        "{card_minor} оплачено картой: вернуть их надо на карту — F8",
        "{card_minor} of it was paid by card and belongs back on the card: F8",
    ),
    "return.not_card": (
        "{cash_minor} оплачено наличными: вернуть их надо наличными — F7",
        "{cash_minor} of it was paid in cash and belongs back in cash: F7",
    ),
    "return.nothing": ("Не выбрано, что возвращают", "Nothing is chosen to return"),
    "return.left": ("По этой позиции можно вернуть {left_milli}", "Of this line {left_milli} can still be returned"),
}
