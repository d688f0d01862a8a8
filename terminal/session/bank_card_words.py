"""What is said of members' bank cards: code -> (Russian, English)."""

SENTENCES = {
    "bank_card.no_terminal": ("Банковский терминал карт не читает", "The bank terminal reads no cards"),
    "bank_card.blocked": (
        "Участник заблокирован: банковская карта не записана",
        "The member is blocked: the bank card is not registered",
    ),
    "bank_card.no_token": ("Терминал не назвал карту", "The terminal does not name the card"),
    "bank_card.unknown": ("Банковская карта ··{tail} ни за кем не записана", "The bank card ··{tail} is nobody's here"),
    "bank_card.unknown.hint": (
        "Найдите участника по карте или телефону; F6 запишет её за ним",
        "Find the member by card or phone; F6 registers it",
    ),
    "bank_card.free.hint": (
        "Согласен ли участник, чтобы его узнавали по карте ··{tail}? F8 — записать",
        "Does the member agree to be known by this card ··{tail}? F8 registers it",
    ),
    "bank_card.registered": (
        "Банковская карта ··{tail} записана: {name}",
        "The bank card ··{tail} is registered: {name}",
    ),
    "bank_card.already": (
        "Банковская карта ··{tail} уже записана: {name}",
        "The bank card ··{tail} is registered already: {name}",
    ),
    "bank_card.taken": (
        "Банковская карта ··{tail} записана за другим участником",
        "The bank card ··{tail} stands for another member",
    ),
    "bank_card.taken.hint": (
        "Если она теперь этого: откройте того участника по ней (F12), затем F6 — забыть",
        "If it is this one's now: find the other by it (F12), then F6, forget",
    ),
    "bank_card.many": (
        "У участника уже {limit} банковских карт",
        "The member has {limit} bank cards already",
    ),
    "bank_card.many.hint": ("F6 — забыть банковские карты участника", "F6 forgets the member's bank cards"),
    "bank_card.forgotten": (
        "Забыто банковских карт участника: {count}",
        "Bank cards of the member that are forgotten: {count}",
    ),
    "bank_card.none": ("Банковских карт за участником нет", "No bank card stands for the member"),
}
