"""Everything the terminal says, by code: the rules' sentences, the session's, and those of its rooms."""

from loyalty.explain import TEMPLATES as LOYALTY
from loyalty.sentences import Templates
from terminal.offline_queue import SENTENCES as QUEUE
from terminal.session.words import SENTENCES as SESSION

ENGINE = {
    "till.unexpected": ("Внутренняя ошибка: действие не выполнено", "Internal error: the action was not done"),
    "till.unexpected.hint": (
        "Чек на месте, продолжайте. Сообщите администратору",
        "The receipt is safe, go on. Tell the administrator",
    ),
    "till.stopping": ("Касса завершает работу", "The till is stopping"),
    "till.no_programme": (
        "Программа лояльности ещё не получена: продажа без баллов и акций",
        "No loyalty programme yet: selling without points and campaigns",
    ),
    "till.unfinished": (
        "Касса остановилась посреди оплаты: чек восстановлен, закройте его снова",
        "The till stopped during payment: the receipt is back, complete it again",
    ),
    "till.cards_out": ("Номера карт этой кассы закончились", "This till has run out of card numbers"),
    "product.unknown": ("Товар {code} не найден", "Goods {code} not found"),
    "product.no_price": ("У товара «{name}» нет цены", "“{name}” has no price"),
    "receipt.unknown": (
        "Чек {number} не найден на этой кассе, а головной офис недоступен",
        "Receipt {number} is not known here and the head office is out of reach",
    ),
    "receipt.unknown.hint": ("Когда связь появится, повторите", "Try again once the link is back"),
    "receipt.asking": ("Ищу чек {number} в головном офисе", "Asking the head office for receipt {number}"),
    "member.exists": ("Этот телефон уже у участника {name}", "This phone already belongs to {name}"),
    "print.failed": ("Чек записан, но не напечатан: {what}", "The receipt is recorded but not printed: {what}"),
}

TEMPLATES: Templates = {**LOYALTY, **SESSION, **QUEUE, **ENGINE}
