"""What is said of audiences: their names, and rows of a file that are not taken."""

SENTENCES = {
    "audience.name": (
        "Имя аудитории «{name}» не годится: до 64 знаков — строчные латинские буквы, цифры, точка, дефис",
        "“{name}” is no name for an audience: up to 64 small Latin letters, digits, dots, hyphens",
    ),
    "audience.rows": ("В файле больше {limit} строк", "The file has more than {limit} rows"),
    "audience.none": (
        "Ни одной строки взять нельзя; аудитория не изменена. Убрать её: kopilka-server audience drop {name}",
        "No row can be taken; the audience is as it was. To end it: kopilka-server audience drop {name}",
    ),
    "audience.unknown": ("такого участника нет", "there is no such member"),
    "audience.unknown.mend": ("проверьте номер; новых сначала импортируйте", "check it; import new members first"),
    "audience.two": ("карта и телефон — разных участников", "card and phone are of different members"),
    "audience.two.mend": ("оставьте что-то одно", "leave one of them"),
    "audience.full": ("участник уже в {limit} аудиториях", "the member is in {limit} audiences already"),
    "audience.full.mend": ("уберите лишнюю: kopilka-server audience drop", "end one: kopilka-server audience drop"),
}
