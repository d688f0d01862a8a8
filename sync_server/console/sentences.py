"""What the console itself has to say when something cannot be done, and all the head office says besides."""

from sync_server.words import SENTENCES as OFFICE

SENTENCES = {
    **OFFICE,
    "console.form": (
        "Форма устарела: откройте страницу заново и повторите",
        "The form is out of date: open the page again and repeat",
    ),
    "console.login": ("Войдите, чтобы открыть страницу", "Log in to open the page"),
    "console.owner": ("Это может только владелец", "Only an owner may do this"),
    "console.date": ("«{text}» — не дата: нужна запись 2026-11-22", "“{text}” is no date: write it as 2026-11-22"),
    "console.date_needed": (
        "Выберите и дату: товар или акцию ищут за один день",
        "Choose a date too: goods and campaigns are looked up by the day",
    ),
    "console.hour": ("«{text}» — не час: нужно число от 0 до 23", "“{text}” is no hour: write 0 to 23"),
    "console.place": ("Такой страницы списка нет", "The list has no such page"),
}
