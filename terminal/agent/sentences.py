"""Everything the agent says to a person, Russian and English; a code ending in `.do` is what to do next."""

from loyalty.sentences import Templates

SENTENCES: Templates = {
    "agent.ready": (
        "Агент кассы {terminal} готов: {url} (ключ доступа: {file}). Остановить: Ctrl+C",
        "The agent of till {terminal} is ready: {url} (token: {file}). Stop with Ctrl+C",
    ),
    "agent.address": (
        "Агент слушает только этот компьютер: 127.0.0.1, а не {host}",
        "The agent serves this machine alone: 127.0.0.1, not {host}",
    ),
    "agent.port": ("Порт {port} занят или недоступен", "Port {port} is in use or not allowed"),
    "agent.port.do": ("Укажите другой: --port 8788", "Choose another: --port 8788"),
    "agent.token_mode": (
        "Ключ доступа {file} могут прочитать другие пользователи (права {mode})",
        "The token {file} can be read by other users (mode {mode})",
    ),
    "agent.token_mode.do": (
        "Удалите его — при запуске появится новый — и раздайте клиентам заново",
        "Delete it: the next start makes a new one, to be given to the clients again",
    ),
    "agent.token_bad": ("Файл {file} — не ключ доступа", "{file} is no token"),
    "agent.token_bad.do": ("Удалите его: при запуске появится новый", "Delete it: the next start makes a new one"),
    "agent.token": ("Ключ доступа не подошёл", "The token is missing or wrong"),
    "agent.token.do": (
        "Пришлите заголовок Authorization: Bearer с ключом из файла agent.token в папке кассы",
        "Send the header Authorization: Bearer with the token from agent.token in the till's folder",
    ),
    "agent.host": ("Запрос пришёл не на тот адрес", "The request is addressed to another host"),
    "agent.host.do": ("Обращайтесь к {url}", "Use {url}"),
    "agent.path": ("Такого адреса нет", "There is no such path"),
    "agent.path.do": ("Список адресов — в /openapi.json", "All paths are in /openapi.json"),
    "agent.method": ("Этот адрес так не вызывают", "This path does not take that method"),
    "agent.body": ("Тело запроса не годится: {what}", "The body will not do: {what}"),
    "agent.body.do": ("Что ожидается, описано в /openapi.json", "What is expected is in /openapi.json"),
    "agent.body_type": ("Ожидается тело application/json", "The body must be application/json"),
    "agent.too_large": ("Запрос больше {limit_kib} КиБ", "The request is over {limit_kib} KiB"),
    "agent.busy": ("Касса занята: слишком много запросов сразу", "The till is busy: too many requests at once"),
    "agent.busy.do": ("Повторите через секунду", "Try again in a second"),
    "agent.not_goods": ("«{code}» — не код товара", "“{code}” is no code of goods"),
    "agent.not_member": ("«{key}» — не карта и не телефон", "“{key}” is neither a card nor a phone"),
    "agent.not_coupon": ("«{code}» — не купон", "“{code}” is no coupon"),
    "agent.not_gift_card": ("«{code}» — не подарочная карта", "“{code}” is no gift card"),
    "agent.gift_card_alone": ("Подарочная карта указана не там", "A gift card is named where none belongs"),
    "agent.payment": (
        "Заплачено не так, как сказано в payment",
        "The payments are not what payment says",
    ),
    "agent.label_weight": (
        "На этикетке {code} указан вес {label_milli}, а в запросе {qty_milli}",
        "The label {code} says {label_milli}, the request {qty_milli}",
    ),
    "agent.no_weight": (
        "«{name}» продаётся на вес: укажите qty_milli в граммах",
        "“{name}” is sold by weight: give qty_milli in grams",
    ),
    "agent.total": (
        "Сумма изменилась: было {expected_total_minor}, стало {total_minor}",
        "The total has changed: it was {expected_total_minor}, it is {total_minor}",
    ),
    "agent.total.do": ("Покажите новый расчёт и подтвердите его", "Show the new quote and confirm it"),
    "agent.points_short": (
        "Столько баллов уже нет: осталось {points}",
        "So many points are no longer there: {points} left",
    ),
    "agent.points_short.do": (
        "Рассчитайте чек ещё раз с другим redeem_points",
        "Quote the basket again with another redeem_points",
    ),
    "agent.other_body": (
        "Под этим номером запроса уже записано другое: чек {number}",
        "Something else is recorded under this request id: receipt {number}",
    ),
    "agent.other_body.do": (
        "Новой продаже — новый номер запроса",
        "A new sale needs a new request id",
    ),
    "agent.other_cash": (
        "Под этим номером запроса уже записано другое",
        "Something else is recorded under this request id",
    ),
    "agent.other_cash.do": (
        "Новому внесению или выплате — новый номер запроса",
        "Other cash in or out needs a new request id",
    ),
    "agent.other_shift": ("Это не та смена, что открыта", "That is not the shift that is open"),
    "agent.other_shift.do": ("Номер открытой смены — GET /v1/shift", "GET /v1/shift gives the id of the open one"),
    "agent.no_confirmation": ("Такого подтверждения нет", "There is no such confirmation"),
    "agent.no_confirmation.do": ("Запросите код: POST /v1/confirmations", "Ask for a code: POST /v1/confirmations"),
    "agent.not_confirmed": ("Этот телефон не подтверждён", "This phone is not confirmed"),
    "agent.not_confirmed.do": (
        "Запросите код и проверьте его: подтверждение действует 15 минут и на один чек",
        "Ask for a code and check it: a confirmation is good for 15 minutes and one receipt",
    ),
    "agent.no_receipt": ("Чека {number} нет", "There is no receipt {number}"),
    "agent.no_scan": ("Кода с номером {no} нет", "There is no scan {no}"),
    "agent.no_scan.do": ("Коды хранятся минуту: GET /v1/scans", "Scans are kept for a minute: GET /v1/scans"),
    "agent.screen_busy": ("На экране кассы есть незакрытый чек", "There is an open receipt on the till's screen"),
}
