"""What is said of the fiscal register, of cash in its drawer, and of a receipt in doubt."""

SENTENCES = {
    "doubt.none": ("Всё известно: сомнительного чека нет", "Nothing is in doubt"),
    "doubt.still": ("Касса (ККТ) спрошена: о чеке {number} она молчит", "Asked again: still nothing about {number}"),
    "doubt.who": ("Назовите себя: фамилия администратора", "Type the manager's name"),
    "doubt.document": (
        "Номер фискального документа (ФД) — целое число больше нуля",
        "The number of a fiscal document is a whole figure above zero",
    ),
    "doubt.nothing_to_put_aside": ("Чек уже отложен", "The receipt is put aside already"),
    "doubt.aside": (
        "Чек отложен. Продавать можно, когда о нём станет известно",
        "The receipt is put aside. Selling goes on once it is known what became of it",
    ),
    "doubt.issued": ("Чек {number} пробит и записан", "Receipt {number} was issued and is recorded"),
    "doubt.not_issued": ("Чек {number} не пробит", "Receipt {number} was not issued"),
    "doubt.pay_again": ("Оплатите его снова", "Pay it again"),
    "doubt.ring_up_again": (
        "Если покупатель ещё здесь, наберите товар заново",
        "If the customer is still here, scan the goods anew",
    ),
    "cash.in": ("Внесено наличными {amount_minor}", "Cash put in: {amount_minor}"),
    "cash.out": ("Выплачено наличными {amount_minor}", "Cash taken out: {amount_minor}"),
    "cash.too_much": (
        "По учёту в ящике {drawer_minor}: больше не выплатить",
        "By the books the drawer holds {drawer_minor}: no more can be taken out",
    ),
    "cash.too_much.hint": (
        "Если в нём есть размен, сначала внесите его",
        "If a float lies there, put it in first",
    ),
    "register.asked": ("Касса (ККТ) ещё занята прошлым заданием", "The fiscal register is still at its last task"),
    "register.asked.hint": ("Дождитесь её ответа", "Wait for its answer"),
    "register.copied": ("Копия напечатана", "The copy is printed"),
    "register.none": (
        "К этой кассе фискальный регистратор (ККТ) не подключён", "This till has no fiscal register",
    ),
    "register.well": ("Касса (ККТ) отвечает, всё в порядке", "The fiscal register answers, and all is well"),
}  # fmt: skip
