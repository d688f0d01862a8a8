"""What `kopilka-server` says, in the language `kopilka` would choose: KOPILKA_LANG, else the system's."""

import typer

from loyalty.errors import BadProgramme, KopilkaError
from loyalty.sentences import say, sentence
from sync_server.cli_options import lang
from sync_server.words import SENTENCES as ALL

SENTENCES = {
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
