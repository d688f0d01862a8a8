"""Dates as people write them: `22.11.2026` in Russian, `22 Nov 2026` in English; on screens, slips and in sentences."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(iso: str, lang: str = "ru") -> str:
    """An ISO date in words of the language; what is no date is left as it is."""
    year, month, day = _parts(iso)
    if not day:
        return iso
    return f"{day}.{month}.{year}" if lang == "ru" else f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def day_text(iso: str, lang: str = "ru") -> str:
    """Without the year, for dates that are near: `05.12`, `5 Dec`."""
    _, month, day = _parts(iso)
    if not day:
        return iso
    return f"{day}.{month}" if lang == "ru" else f"{int(day)} {MONTHS[int(month) - 1]}"


def moment_text(local: str, lang: str = "ru") -> str:
    """A local moment, `2026-11-22T14:05` or with a blank: `22.11.2026 14:05`, `22 Nov 2026 14:05`."""
    date, _, time = local.replace("T", " ").partition(" ")
    return f"{date_text(date, lang)} {time}".rstrip()


def clock_text(local_minute: int) -> str:
    """`14:05` for 845 minutes since midnight."""
    return f"{local_minute // 60:02d}:{local_minute % 60:02d}"


def _parts(iso: str) -> tuple[str, str, str]:
    """Year, month and day as they stand there; empty where it is no ISO date."""
    parts = iso.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(part.isascii() and part.isdigit() for part in parts):
        return "", "", ""
    return (parts[0], parts[1], parts[2]) if 1 <= int(parts[1]) <= len(MONTHS) else ("", "", "")
