"""What `kopilka-server` says, in the language `kopilka` would choose: KOPILKA_LANG, else the system's."""

import typer

from loyalty.errors import BadProgramme, KopilkaError
from loyalty.sentences import say, sentence
from sync_server.cli_options import lang
from sync_server.words import SENTENCES as ALL

SENTENCES = {
    "cli.init.citus": (
        "По машинам Citus разложено таблиц: {tables}.",
        "{tables:table|tables} spread over the Citus cluster.",
    ),
    "cli.init": (
        "Головной офис готов в {folder}, поколение {gen}.",
        "Head office ready in {folder}, generation {gen}.",
    ),
    "cli.publish": ("Программа {id}, версия {version}, опубликована.", "Programme {id}, version {version}, published."),
    "cli.publish.again": (
        "Программа {id}, версия {version}, уже была опубликована.",
        "Programme {id}, version {version}, was published already.",
    ),
    "cli.balances": (
        "{wallet}, {month}: в файле {file_points}, в книгах {booked_points}, не загружено {left_points}.",
        "{wallet}, {month}: {file_points} in the file, {booked_points} in the books, {left_points} not taken.",
    ),
    "cli.balances.dry": (
        "{wallet}, {month}: в файле {file_points}, в книгах было бы {booked_points}, не загрузилось бы {left_points}.",
        "{wallet}, {month}: {file_points} in the file, {booked_points} would be in the books, "
        "{left_points} would not be taken.",
    ),
    "cli.balances.never": ("бессрочно", "never"),
    "cli.stopped": (
        "Остановлено: {what}. Кассы узнают при следующем обмене; те, что без связи, — когда она появится.",
        "Stopped: {what}. Tills hear of it in their next round; those that are offline when they have a link.",
    ),
    "cli.resumed": ("Снова действует: {what}.", "On again: {what}."),
    "cli.stops.redemption": ("списание баллов", "spending points"),
    "cli.stops.none": ("Ничего не остановлено.", "Nothing is stopped."),
    "cli.snapshot": (
        "Снимок {id}: {rows}; байт в упаковке {packed}, без неё {plain}.",
        "Snapshot {id}: {rows}; {packed} bytes packed, {plain} unpacked.",
    ),
    "cli.expire": (
        "{wallet}: {expired:балл списан|балла списаны|баллов списано}, {restored} возвращено, "
        "{accounts:счёт|счёта|счетов}.",
        "{wallet}: {expired:point|points} written off, {restored} given back, {accounts:account|accounts}.",
    ),
    "cli.expire.dry": (
        "{wallet}: списалось бы {expired:балл|балла|баллов}, вернулось бы {restored}, {accounts:счёт|счёта|счетов}.",
        "{wallet}: {expired:point|points} would be written off, {restored} would be given back, "
        "{accounts:account|accounts}.",
    ),
    "cli.expire.nothing": (
        "До {before_date} не сгорело ничего, что не списано.",
        "Nothing has run out before {before_date} that is not written off.",
    ),
    "cli.expire.coupons": (
        "{count:использованный купон|использованных купона|использованных купонов} больше не нужны кассам.",
        "{count:used coupon is|used coupons are} over: tills need not know of them any more.",
    ),
    "cli.purge": (
        "Убрано: удалённых строк {tombstones}, подтверждений {confirmations}, сообщений {messages}, "
        "сеансов {sessions}, кодов касс {codes}, файлов снимков {snapshots}.",
        "Gone: {tombstones} deleted rows, {confirmations} confirmations, {messages} messages, {sessions} sessions, "
        "{codes} codes for tills, {snapshots} files of snapshots.",
    ),
    "cli.purge.dry": (
        "Убралось бы: удалённых строк {tombstones}, подтверждений {confirmations}, сообщений {messages}, "
        "сеансов {sessions}, кодов касс {codes}, файлов снимков {snapshots}.",
        "Would go: {tombstones} deleted rows, {confirmations} confirmations, {messages} messages, {sessions} sessions, "
        "{codes} codes for tills, {snapshots} files of snapshots.",
    ),
    "cli.purge.erasings": (
        "Прерванных стираний: {count}.",
        "Erasings that had been cut short: {count}.",
    ),
    "cli.erase.found": (
        "{name}: записей участника {members}, карт {cards}, телефонов {phones}, банковских карт {bank_cards}, "
        "личных данных {personal}, чеков с именем или картой {receipts}, сообщений {messages}, "
        "кодов {confirmations}, причин статусов {reasons}.",
        "{name}: {members} records of the member, {cards} cards, {phones} phones, {bank_cards} bank cards, "
        "{personal} sets of personal data, {receipts} receipts, {messages} messages, {confirmations} codes, "
        "{reasons} reasons of statuses.",
    ),
    "cli.erase.sure": (
        "Стереть всё это? Вернуть будет нельзя",
        "Erase all of this? There is no way back",
    ),
    "cli.erase": (
        "Стёрто. Чеки и проводки остаются под номером {member}; кассы забудут участника при следующем обмене.",
        "Erased. Receipts and ledger stay under {member}; tills forget the member with their next exchange.",
    ),
    "cli.erase.copy": (
        "В {file} данные остались: это прежняя база, удалите её, когда она больше не нужна.",
        "{file} still has the data: it is the database from before; delete it once it is not needed.",
    ),
    "cli.erase.postgres": (
        "Чтобы данных не осталось и в файлах PostgreSQL, выполните VACUUM FULL: docs/HEAD_OFFICE.md.",
        "For nothing to be left in PostgreSQL's files either, run VACUUM FULL: docs/HEAD_OFFICE.md.",
    ),
    "cli.erase.again": (
        "Стёрто снова: {count:участник|участника|участников}, которых стирали после этой копии или до неё.",
        "Erased again: {count:member|members} that had been erased.",
    ),
    "cli.parked": ("Отложено {count:событие|события|событий}.", "{count:event is|events are} put aside."),
    "cli.parked.none": ("Ничего не отложено.", "Nothing is put aside."),
    "cli.parked.unknown": ("неизвестное", "unknown"),
    "cli.parked.replay": (
        "Учтено {applied:событие|события|событий}, отложено осталось {left}.",
        "{applied:event|events} applied, {left} still put aside.",
    ),
    "cli.restored": (
        "Начинается поколение {gen}: кассы сверятся и пришлют недостающее.",
        "Generation {gen} begins: terminals compare and send again what is missing.",
    ),
    "cli.move": (
        "Переехало {rows:строка|строки|строк} из {tables:таблицы|таблиц|таблиц}, всё сверено. "
        "Теперь: --database {where}",
        "Moved {rows:row|rows} of {tables:table|tables}, all of it compared. From now on: --database {where}",
    ),
    "cli.user": ("Пользователь {name} ({role}) может войти.", "User {name} ({role}) can log in."),
    "cli.user.role": ("Роль: owner (владелец) или viewer (только смотрит)", "The role is owner or viewer"),
    "cli.user.password": ("Пароль: ", "Password: "),
    "cli.coupons": (
        "{count:купон записан|купона записаны|купонов записано} в {file}.",
        "{count:coupon|coupons} written to {file}.",
    ),
    "cli.audience": (
        "{rows:строка|строки|строк}: добавлено участников {added}, убрано {removed}, уже были {kept}, "
        "не принято {refused}.",
        "{rows:row|rows}: {added:member|members} added, {removed} removed, {kept} in it before, {refused} not taken.",
    ),
    "cli.audience.dry": (
        "{rows:строка|строки|строк}: добавилось бы участников {added}, убралось бы {removed}, уже есть {kept}, "
        "не принято {refused}.",
        "{rows:row|rows}: {added:member|members} would be added, {removed} would be removed, {kept} in it before, "
        "{refused} not taken.",
    ),
    "cli.audience.drop": ("Убрано {count:участник|участника|участников}.", "{count:member|members} removed."),
    "cli.release": ("{name}: {amount} снова можно раздать.", "{name}: {amount} to be shared out again."),
    "cli.release.nothing": ("Неизрасходованных долей у неё нет.", "It has no unused shares."),
    "cli.file": ("файл", "file"),
    "cli.bug": (
        "Этого не должно было случиться: {what}. С KOPILKA_DEBUG=1 видно, где.",
        "This should not have happened: {what}. Set KOPILKA_DEBUG=1 to see where.",
    ),
    "cli.family": (
        "Семья из {count}, счёт {account}: {names}",
        "A family of {count} with the account {account}: {names}",
    ),
    "cli.family.more": ("Семья из {count}: {names}", "A family of {count}: {names}"),
    "cli.family.left": (
        "{name}: больше не в семье, пустой счёт {account}; баллы остаются семье.",
        "{name} has left with the empty account {account}; the points stay with the family.",
    ),
    "cli.merge.bank_cards": (
        "Банковских карт больше, чем знают кассы: там последние {known}, остальные ({older}) — на странице участника",
        "Tills know the last {known} bank cards only; the others ({older}) are on the member's page",
    ),
    "cli.merge": (
        "Теперь это один участник: {names}, карты {cards}, счёт {account}",
        "They are one member: {names}, cards {cards}, account {account}",
    ),
    "cli.merge.no_cards": ("нет", "none"),
    "cli.status.grant": (
        "{card}: статус {status} с {from_date} по {until_date}.",
        "{card} has the status {status} from {from_date} until {until_date}.",
    ),
    "cli.status.grant.season": (
        "{card}: статус {status} с {from_date} до конца следующего сезона.",
        "{card} has the status {status} from {from_date} to the end of the season after this one.",
    ),
    "cli.status.withdraw": (
        "Статус {status}, данный {card} вручную, снят.",
        "The status {status} given to {card} by hand is taken back.",
    ),
    "cli.status.none": ("Вручную статусов не давали.", "No status was given by hand."),
    "cli.status.granted": (
        "дан {status} с {from_date}{end}, {who}: {reason}",
        "granted {status} from {from_date}{end}, {who}: {reason}",
    ),
    "cli.status.withdrawn": (
        "снят {status} с {from_date}{end}, {who}: {reason}",
        "withdrawn {status} from {from_date}{end}, {who}: {reason}",
    ),
    "cli.status.end": (" по {until_date}", " until {until_date}"),
    "cli.import": (
        "{rows:строка|строки|строк}: добавлено {added}, изменено {changed}, уже так {known}, не принято {refused}.",
        "{rows:row|rows}: {added} added, {changed} changed, {known} already so, {refused} not taken.",
    ),
    "cli.import.dry": (
        "{rows:строка|строки|строк}: добавилось бы {added}, изменилось бы {changed}, уже так {known}, "
        "не принято {refused}.",
        "{rows:row|rows}: {added} would be added, {changed} would be changed, {known} already so, {refused} not taken.",
    ),
    "cli.import.first": (
        "Внимание: {members:новый участник|новых участника|новых участников} без `receipts`, и их следующая покупка "
        "будет первой, а программа её поощряет. Впишите в столбец receipts (чеков), сколько раз они уже покупали.",
        "Mind: {members:new member has|new members have} no `receipts`, so their next purchase counts as the first, "
        "which the programme rewards. Write into the column receipts how often they have bought before.",
    ),
    "cli.not_taken": ("Не принятые строки: {file}", "Rows not taken: {file}"),
    "cli.not_taken.how": (
        "Повторите с --report ФАЙЛ: там будет каждая не принятая строка и почему.",
        "Run again with --report FILE to see each row not taken and why.",
    ),
    "cli.would_change": ("Что изменится: {file}", "What would change: {file}"),
    "cli.would_change.how": (
        "Повторите с --report ФАЙЛ, чтобы увидеть, что изменится.",
        "Run again with --report FILE to see what would change.",
    ),
}


def spoken(code: str, /, **args: int | str) -> str:
    return say(sentence(code, **args), lang(), SENTENCES)


def tell(code: str, /, **args: int | str) -> None:
    """A line on standard output."""
    typer.echo(spoken(code, **args))


def error_text(error: KopilkaError) -> str:
    """The error's sentence and hint; each problem of a programme below, in a line of its own."""
    hint = f" {say(error.hint, lang(), ALL)}" if error.hint else ""
    problems = [f"  {problem.shown}" for problem in error.problems] if isinstance(error, BadProgramme) else []
    return "\n".join([say(error.said, lang(), ALL) + "." + hint, *problems])
