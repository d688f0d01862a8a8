"""What a check can find: each kind with what is wrong and what to do, in both languages."""

import msgspec

from loyalty.sentences import Lang, Templates, say, sentence

_BACKUP = (
    "верните последнюю целую копию: kopilka-server restore; кассы дошлют остальное",
    "put the last sound backup back: kopilka-server restore; the tills send the rest again",
)
_REBUILD = (
    "остановите сервер и выполните kopilka-server rebuild --replace",
    "stop the server, then kopilka-server rebuild --replace",
)
_OF_BOOKS = (
    "event", "bytes", "receipt", "bucket", "total", "balance", "columns", "clearing", "coupon", "held",
    "overdrawn",
)  # fmt: skip
"""What follows from segments that are sound."""
SENTENCES: Templates = {
    "verify.segment": ("Пакет событий испорчен", "A segment is damaged"),
    "verify.signature": ("Подпись пакета не от этой кассы", "A segment's signature is not this terminal's"),
    "verify.place": ("Пакет стоит не на своём месте", "A segment is not what its row says"),
    "verify.gap": ("Перед пакетом не хватает событий", "Events before this segment are missing"),
    "verify.chain": ("Пакет не продолжает цепочку", "A segment does not follow the chain"),
    "verify.tip": ("Конец цепочки — не там, где отмечено", "The chain does not end at the terminal's cursor"),
    "verify.no_terminal": ("Пакеты неизвестной кассы", "Segments of a terminal that is not known"),
    "verify.event": ("Событие сохранено, но не учтено", "An event is stored and nowhere in the books"),
    "verify.bytes": ("Событие учтено с другими байтами", "An event is in the books with other bytes"),
    "verify.no_source": ("Есть события, которых нет в пакетах", "Events are in the books that no segment has"),
    "verify.receipt": ("Чек не такой, как в событии", "A receipt is not what its event says"),
    "verify.member": ("Участник не заведён, а событие есть", "A member is missing whose event is stored"),
    "verify.mark": ("Отметка кассы стоит раньше учтённого", "A terminal's mark is before what is applied"),
    "verify.bucket": ("Книги корзины не сходятся", "A bucket's books do not balance"),
    "verify.total": ("Счёт программы — не сумма проводок", "The programme's account is not the sum of the ledger"),
    "verify.balance": ("Остаток — не сумма проводок", "A balance is not the sum of its ledger"),
    "verify.columns": ("Суммы рядом с остатком другие", "The figures beside a balance are not the balance's"),
    "verify.overdrawn": (
        "Перерасход счёта — не по проводкам",
        "What an account has overdrawn is not what its ledger says",
    ),
    "verify.hash": ("Хеш строки ленты неверен", "The hash of a row of the feed is wrong"),
    "verify.checksum": ("Сумма ленты — не сумма её строк", "The feed's checksum is not the sum of its rows"),
    "verify.seq": ("Номер строки ленты неверен", "A row of the feed has a number it cannot have"),
    "verify.effect": ("Отправленное другой корзине не пришло", "What one bucket sent another has not arrived"),
    "verify.effect_alone": ("Пришло то, чего никто не посылал", "Something arrived from no bucket"),
    "verify.effect_failed": ("Отправленное не удалось применить", "What one bucket sent another cannot be applied"),
    "verify.clearing": ("Баллы потерялись между счетами", "Points are lost between accounts"),
    "verify.coupon": ("Кассам сказано о купоне не то", "Tills are told something else of a coupon"),
    "verify.share": ("Доля бюджета меньше использованного", "A share of a budget is less than what is used of it"),
    "verify.held": ("Кассам сказано о придержанных баллах не то", "Tills are told something else of points held"),
    "verify.hold": ("Баллы придержаны не так, как закончилось", "A hold has not ended the way its row says"),
    "verify.mend": _BACKUP,
    **{f"verify.{kind}.mend": _REBUILD for kind in _OF_BOOKS},
    "verify.effect_failed.mend": (
        "обновите программу и перезапустите её: она попробует снова",
        "bring the program up to date and start it again: it tries once more",
    ),
}


class Finding(msgspec.Struct, frozen=True):
    """Something that does not agree. `code` is a key of SENTENCES, `where` names the rows."""

    code: str
    where: str


def told(finding: Finding, lang: Lang) -> str:
    mending = f"{finding.code}.mend" if f"{finding.code}.mend" in SENTENCES else "verify.mend"
    said, mend = (say(sentence(code), lang, SENTENCES) for code in (finding.code, mending))
    return f"{said}: {finding.where} ({mend})"
