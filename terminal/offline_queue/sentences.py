"""Everything this room says to a person, Russian and English; a code ending in `.do` is what to do next."""

from loyalty.errors import StoreFault
from loyalty.sentences import Templates, sentence

SENTENCES: Templates = {
    "store.locked": ("Файл {file} занят другой программой", "File {file} is in use by another program"),
    "store.locked.do": ("Закройте её и повторите", "Close it and try again"),
    "store.full": ("На диске нет места: {file} не записан", "The disk is full: {file} was not written"),
    "store.full.do": (
        "Освободите место и повторите. Ничего не потеряно",
        "Free some space and try again. Nothing is lost",
    ),
    "store.damaged": ("Файл {file} повреждён", "File {file} is damaged"),
    "store.damaged.do": (
        "Не продавайте и не удаляйте файл: он хранит неотправленные чеки. Позовите того, кто ставил кассу",
        "Do not sell and do not delete the file: it holds receipts not yet sent. Call whoever set the till up",
    ),
    "store.disk": ("Диск не отвечает: {file} ({what})", "The disk does not answer: {file} ({what})"),
    "store.disk.do": (
        "Проверьте диск и права на папку, затем повторите",
        "Check the disk and the folder's rights, then retry",
    ),
    "store.slow": ("Очередь записи в {file} не дошла за {limit} с", "No turn to write to {file} within {limit} s"),
    "store.slow.do": ("Повторите: записанное дважды не запишется", "Try again: what was written is not written twice"),
    "store.closed": ("Файл {file} уже закрыт", "File {file} is closed already"),
    "store.twice": ("Такая запись уже есть в {file}", "{file} already holds such a record"),
    "store.owned": (
        "Касса уже запущена на этом компьютере (процесс {pid})",
        "The till is already running on this machine (process {pid})",
    ),
    "store.owned.do": (
        "Вернитесь в её окно или завершите его, затем запустите снова",
        "Go back to its window or end it, then start again",
    ),
    "store.no_identity": (
        "Эта касса ещё не подключена: в папке {folder} нет её ключа",
        "This till is not enrolled yet: no key in {folder}",
    ),
    "store.no_identity.do": (
        "Получите одноразовый код в офисе и выполните kopilka enrol",
        "Get a one-time code from the office, run kopilka enrol",
    ),
    "store.bad_identity": ("Файл {file} испорчен", "File {file} is broken"),
    "store.no_journal": (
        "В папке {folder} есть ключ кассы, но нет журнала",
        "{folder} has the till's key, but no journal",
    ),
    "store.no_journal.do": (
        "Верните journal.db из копии или подключите кассу новым кодом",
        "Put journal.db back from a copy or enrol the till with a new code",
    ),
    "store.no_cache": (
        "Эта касса ещё ничего не получила от головного офиса",
        "This till has had nothing from the head office yet",
    ),
    "store.no_cache.do": ("Запустите кассу один раз со связью", "Start the till once where there is a link"),
    "journal.other_terminal": (
        "Журнал принадлежит другой кассе: {terminal}",
        "The journal belongs to another till: {terminal}",
    ),
    "journal.version": (
        "Журнал записан другой версией программы ({version})",
        "The journal was written by another version ({version})",
    ),
    "journal.version.do": (
        "Запустите версию, которая его записала: она отправит неотправленные чеки",
        "Start the version that wrote it: it sends the receipts that still wait",
    ),
    "journal.chain": ("Журнал повреждён у события {epoch}/{seq}", "The journal is damaged at event {epoch}/{seq}"),
    "journal.chain.do": (
        "Не удаляйте файл: он хранит неотправленные чеки. Закройте кассу и выполните kopilka queue repair",
        "Do not delete the file: it holds receipts not yet sent. End the till and run kopilka queue repair",
    ),
    "journal.no_room": (
        "На диске нет места для новых продаж: не хватает {mib} МиБ",
        "The disk has no room for new sales: {mib} MiB are missing",
    ),
    "journal.no_room.do": (
        "Освободите место. Записанные чеки отправляются, смену можно закрыть",
        "Free some space. Recorded receipts go up, and the shift can be closed",
    ),
    "journal.exists": ("В папке {folder} уже есть журнал", "{folder} already has a journal"),
    "journal.exists.do": ("Возьмите пустую папку", "Take an empty folder"),
    "journal.too_large": (
        "Чек слишком велик: {bytes} байт из {limit} возможных",
        "The receipt is too large: {bytes} bytes of {limit}",
    ),
    "journal.too_many": ("Слишком много незаконченных продаж: {limit}", "Too many unfinished sales: {limit}"),
    "journal.not_prepared": (
        "Продажа {sale} не начата или уже закончена",
        "Sale {sale} was not begun or has ended already",
    ),
    "journal.same_id": ("Событие {event} уже записано иначе", "Event {event} is already recorded, and differs"),
    "journal.personal": ("Личные данные не от этого события", "The personal data are not of this event"),
    "journal.shift_open": ("Смена {number} уже открыта", "Shift {number} is already open"),
    "journal.overtaken": (
        "Пока это записывалось, касса записала другое; она повторит сама",
        "The till recorded something else meanwhile; it tries again by itself",
    ),
    "journal.no_shift": ("Смена не открыта", "No shift is open"),
    "cache.empty": (
        "Справочник участников и товаров пуст: он загрузится при связи с офисом",
        "The cache of members and goods is empty: it loads once the head office answers",
    ),
    "cache.damaged": (
        "Справочник участников и товаров повреждён и создан заново: он загрузится при связи с офисом",
        "The cache of members and goods was damaged and made anew: it loads once the head office answers",
    ),
    "cache.snapshot": ("Снимок справочника не принят: {what}", "The snapshot of the cache was not taken: {what}"),
    "link.offline": ("Нет связи с офисом", "The head office does not answer"),
    "link.not_ours": ("Отвечает не офис: {what}", "Something else answers in the head office's place: {what}"),
    "link.not_ours.do": ("Проверьте сеть и адрес {url}", "Check the network and the address {url}"),
    "link.refused": ("Офис отказал ({code}): {detail}", "The head office refused ({code}): {detail}"),
    "link.fork": (
        "Журнал кассы разошёлся с офисом: кажется, работают две копии этой кассы. Отправка остановлена, чеки целы",
        "Journal and head office disagree: two copies of this till seem to run. Sending stopped, receipts are safe",
    ),
    "link.fence": (
        "Под именем этой кассы работает другая. Отправка остановлена, чеки целы",
        "Another till works under this till's name. Sending has stopped, receipts are safe",
    ),
    "link.older": (
        "Журнал кассы старее, чем был: диск возвращён из копии. Отправка остановлена, чеки целы",
        "The till's journal is older than it was: a backup was put back. Sending stopped, receipts are safe",
    ),
    "link.copied": (
        "Папка кассы скопирована с другого компьютера. Отправка остановлена, чеки целы",
        "The till's folder was copied from another machine. Sending has stopped, receipts are safe",
    ),
    "link.missing": (
        "Офис возвращён к копии без событий, которых здесь уже нет: у него есть до {here}. Отправка остановлена",
        "The head office was put back to before events that are here no more: it has up to {here}. Sending stopped",
    ),
    "link.damaged": (
        "Журнал кассы был повреждён. Часть событий отправляется заново",
        "The till's journal was damaged. Some of its events are sent anew",
    ),
    "repair.whole": ("Журнал цел: чинить нечего", "The journal is whole: there is nothing to repair"),
    "repair.lost": (
        "Ни здесь, ни в офисе нет событий: {count}, первое из них {epoch}/{seq}",
        "Neither here nor at the head office: {count} events, the first of them {epoch}/{seq}",
    ),
    "repair.lost.do": (
        "Остальное цело. Чтобы продолжить без них, повторите с --by и именем управляющего",
        "The rest is whole. To go on without them, run this again with --by and the manager's name",
    ),
    "repair.told": (
        "Есть только в офисе и без личных данных удалённых участников: событий {count}, первое {epoch}/{seq}",
        "At the head office only, and without erased members' personal data: events {count}, the first {epoch}/{seq}",
    ),
    "repair.told.do": (
        "Ничего не потеряно. Чтобы взять их такими, повторите с --by и именем управляющего: всё с них уйдёт заново",
        "Nothing is lost. To take them so, run this again with --by and a manager's name: all from there goes up anew",
    ),
    "repair.cannot": (
        "Событие {epoch}/{seq} есть только в офисе, и отдать его он не может",
        "Event {epoch}/{seq} is at the head office only, and it cannot give it back",
    ),
    "mend.older_office": (
        "Офис возвращён к копии до прошлого ремонта журнала, а тех событий здесь уже нет",
        "The head office was put back to before this journal was last mended, and those events are here no more",
    ),
    "mend.older_office.do": (
        "Верните в офисе более позднюю копию",
        "Put a later backup in place at the head office",
    ),
    "mend.nothing": ("Чинить нечего: журнал один", "There is nothing to mend: there is one journal"),
    "mend.name": ("Назовите управляющего, до 40 знаков", "Say the manager's name, up to 40 characters"),
    "link.version": (
        "Офис не понимает эту версию кассы: обновите кассу. Чеки ему отправляются",
        "The head office does not speak this till's version: update the till. Receipts are sent to it",
    ),
    "link.old_office": (
        "Версия офиса слишком старая для этой кассы: обновите офис. Чеки ему отправляются",
        "The head office is too old for this till: update the head office. Receipts are sent to it",
    ),
    "link.replaced": (
        "Другая копия этой кассы начала новую эпоху: эта больше не касса. Чеки целы, отправка остановлена",
        "Another copy of this till has begun a new epoch: this one is the till no more. Receipts are safe, not sent",
    ),
    "mend.replaced": (
        "Другую копию этой кассы починили раньше: её ключ действует, ключ этой — нет",
        "Another copy of this till was mended first: its key counts, this one's does not",
    ),
    "mend.replaced.do": (
        "Выгрузите чеки (kopilka queue export), примите файл в офисе с --copy и подключите кассу заново в пустой папке",
        "Have the office take its receipts (kopilka queue export, --copy there), enrol anew in an empty folder",
    ),
    "mend.keys": (
        "Эту кассу чинили уже {limit} раза с новым ключом",
        "This till has been mended {limit} times with a new key",
    ),
    "mend.keys.do": (
        "Выгрузите чеки (kopilka queue export) и подключите кассу заново кодом из офиса в пустой папке",
        "Write its receipts out (kopilka queue export), enrol anew with a code from the office, in an empty folder",
    ),
    "link.revoked": (
        "Офис отключил эту кассу. Чеки хранятся в журнале",
        "The head office has revoked this till. Receipts stay in the journal",
    ),
    "link.checksum": (
        "Данные офиса не сходятся с контрольной суммой: {stream} {bucket}",
        "Data from the head office do not match their checksum: {stream} {bucket}",
    ),
    "link.bad_page": (
        "Офис прислал не то, что просили: {stream} {bucket}",
        "The head office sent other rows than asked for: {stream} {bucket}",
    ),
    "link.broken": ("Обмен с офисом споткнулся: {what}", "The sync stumbled: {what}"),
    "link.bad_code": ("Одноразовый код не подошёл: {detail}", "The one-time code was not accepted: {detail}"),
    "link.bad_code.do": ("Получите в офисе новый код", "Get a new code from the office"),
    "link.untrusted": (
        "Сертификат офиса не подтверждён: {what}",
        "The head office's certificate is not vouched for: {what}",
    ),
    "link.untrusted.do": (
        "Если он выдан внутри компании, укажите её сертификат: --ca FILE",
        "If the company issued it, name the company's certificate: --ca FILE",
    ),
    "link.bad_ca": ("{file}: это не сертификат (PEM): {what}", "{file} is no certificate (PEM): {what}"),
    "link.bad_ca.do": (
        "Нужен сертификат центра, выдавшего сертификат офиса",
        "It takes the certificate of the authority that issued the head office's",
    ),
    "link.bad_url": ("«{url}» — не адрес офиса", "“{url}” is no address of a head office"),
    "link.bad_url.do": ("Нужен адрес вида https://office.example", "It looks like https://office.example"),
}


def store_fault(code: str, **args: int | str) -> StoreFault:
    """A StoreFault with its hint, when SENTENCES has one."""
    do = "journal.chain.do" if (code, args.get("file")) == ("store.damaged", "journal.db") else code + ".do"
    hint = sentence(do) if do in SENTENCES else None
    return StoreFault(sentence(code, **args), hint)
