"""Everything the terminal says, by code: the rules' sentences, the session's, and those of its rooms."""

from loyalty.explain import TEMPLATES as LOYALTY
from loyalty.sentences import Templates
from terminal.agent.sentences import SENTENCES as AGENT
from terminal.cards import SENTENCES as CARDS
from terminal.coupons import SENTENCES as COUPONS
from terminal.customer_said import SENTENCES as CUSTOMER
from terminal.device_file import SENTENCES as DEVICES
from terminal.device_places import SENTENCES as PORTS
from terminal.device_said import SENTENCES as SAID
from terminal.device_trial import SENTENCES as TRIAL
from terminal.doctor_layout import SENTENCES as LAYOUT
from terminal.doctoring import SENTENCES as DOCTOR
from terminal.doubts import SENTENCES as DOUBTS
from terminal.fiscal.said import SENTENCES as FISCAL
from terminal.offline_queue import SENTENCES as QUEUE
from terminal.paying_said import SENTENCES as PAYING
from terminal.printing_said import SENTENCES as PRINTING
from terminal.scanner.calibration import SENTENCES as PROBE
from terminal.scanner.camera import SENTENCES as CAMERA
from terminal.scanner.camera_recording import SENTENCES as RECORDING
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
    "till.basket_back": (
        "Касса была остановлена: чек снова на экране",
        "The till was stopped: the receipt is on the screen again",
    ),
    "till.clock_behind": (
        "Часы этого компьютера отстают: на них {now_at}, а было уже {known_at}",
        "This computer's clock is behind: it says {now_at}, and {known_at} has been",
    ),
    "till.clock_behind.hint": (
        "Поставьте дату и время до первого чека: по ним цены и акции",
        "Set date and time before the first receipt: prices and campaigns go by them",
    ),
    "till.taken_cash": (
        "Наличными уже дано {cash_minor}: при оплате наберите их снова",
        "Already given in cash: {cash_minor}. Type it again when paying",
    ),
    "till.taken_card": (
        "С карты уже снято {card_minor}: при оплате наберите их снова",
        "Already taken from the card: {card_minor}. Type it again when paying",
    ),
    "till.taken_both": (
        "Уже дано наличными {cash_minor}, с карты {card_minor}: при оплате наберите снова",
        "Already given: {cash_minor} in cash, {card_minor} by card. Type it again when paying",
    ),
    "till.unfinished": (
        "Касса остановилась посреди оплаты: чек восстановлен, закройте его снова",
        "The till stopped during payment: the receipt is back, complete it again",
    ),
    "file.unread": ("Файл {name} не читается: {why}", "{name} cannot be read: {why}"),
    "file.fault": ("Файл {name}: {why}", "{name}: {why}"),
    "file.not_text": ("Файл {name} — не текст в UTF-8", "{name} is not UTF-8 text"),
    "file.not_text.hint": ("Сохраните его в кодировке UTF-8", "Save it in UTF-8"),
    "file.large": ("Файл {name} больше {limit} байт", "{name} is over {limit} bytes"),
    "programme.no_campaign": ("Акции «{id}» в программе нет", "The programme has no campaign “{id}”"),
    "programme.campaign_near": ("Возможно, «{near}»", "Perhaps “{near}”"),
    "simulate.left_out": ("Чек в строке {number} пропущен: {why}", "Receipt at line {number} is left out: {why}"),
    "simulate.more": ("Остальные пропущенные — только в счёте", "Further ones are only counted"),
    "simulate.parquet": ("Файл Parquet не читается: {why}", "The Parquet file cannot be read: {why}"),
    "simulate.column": (
        "Столбец «{name}» неизвестен; возможные: {known}",
        "Column “{name}” is not known; possible ones: {known}",
    ),
    "simulate.no_column": ("Нет столбца «{name}»", "There is no column “{name}”"),
    "simulate.goods": ("Товары, строка {line}: {why}", "Goods, line {line}: {why}"),
    "simulate.goods_file": ("Товары: {why}", "Goods: {why}"),
    "simulate.goods_many": ("Товаров больше {limit}", "There are more than {limit} goods"),
    "simulate.unwritten": ("Файл {name} не пишется: {why}", "{name} cannot be written: {why}"),
    "demo.no_office": (
        "Головной офис демо-магазина не запустился: см. {log}",
        "The demo's head office did not start: see {log}",
    ),
    "demo.sms": ("СМС на ··{tail}: {text}", "SMS to ··{tail}: {text}"),
    "demo.no_code": ("Головной офис не дал код подключения: {said}", "The head office gave no enrolment code: {said}"),
    "card.kind": (
        "Вид карты «{kind}» неизвестен: qr, barcode или both",
        "Card kind “{kind}” is not known: qr, barcode or both",
    ),
    "card.not_a_card": ("«{text}» — не номер карты", "“{text}” is no card number"),
    "card.suffix": (
        "{name}: карту можно записать как .png (одну) или .pdf (лист)",
        "{name}: a card is written as .png (one) or .pdf (a sheet)",
    ),
    "card.sheet_needs_pdf": (
        "Несколько карт печатают листом: укажите файл .pdf",
        "Several cards make a sheet: name a .pdf file",
    ),
    "till.cards_out": ("Номера карт этой кассы закончились", "This till has run out of card numbers"),
    "product.unknown": ("Товар {code} не найден", "Goods {code} not found"),
    "product.no_price": ("У товара «{name}» нет цены", "“{name}” has no price"),
    "receipt.unknown": (
        "Чек {number} не найден на этой кассе, а головной офис недоступен",
        "Receipt {number} is not known here and the head office is out of reach",
    ),
    "receipt.unknown.hint": ("Когда связь появится, повторите", "Try again once the link is back"),
    "receipt.none": ("Чека {number} нет", "There is no receipt {number}"),
    "receipt.none.hint": ("Проверьте номер", "Check the number"),
    "receipt.asking": ("Спрашиваю офис о чеке {number}", "Asking the head office about receipt {number}"),
    "scan.unreadable": ("Код не прочитан ({size} байт)", "The code could not be read ({size} bytes)"),
    "scan.unreadable.hint": (
        "Отсканируйте ещё раз или наберите цифры под штрихкодом",
        "Scan again, or type the digits under the bars",
    ),
    "scan.gone": ("Сканер {port} не отвечает", "The scanner at {port} does not answer"),
    "scan.gone.hint": ("Проверьте кабель; продажа продолжается с клавиатуры", "Check the cable; go on by keyboard"),
    "scan.back": ("Сканер снова работает", "The scanner is back"),
    "budget.taken": (
        "Бюджет акции на этой кассе только что исчерпан другой продажей",
        "Another sale at this till has just used up its share of a campaign's budget",
    ),
    "budget.taken.hint": ("Esc и оплатите заново: цена изменилась", "Esc and pay again: the price is another now"),
    "sale.recorded_late": (
        "Чек {number} всё-таки записан: диск ответил с опозданием",
        "Receipt {number} was recorded after all: the disk answered late",
    ),
    "sale.recorded_late.hint": (
        "Если товар тот же, очистите этот чек; иначе оплатите ещё раз",
        "If these are the same goods, void this receipt; otherwise pay again",
    ),
}

TEMPLATES: Templates = {
    **LOYALTY, **SESSION, **FISCAL, **QUEUE, **ENGINE, **AGENT, **CARDS, **CAMERA, **RECORDING, **COUPONS, **DEVICES,
    **PORTS, **SAID, **PROBE, **DOCTOR, **LAYOUT, **PRINTING, **CUSTOMER, **TRIAL, **DOUBTS, **PAYING,
}  # fmt: skip
