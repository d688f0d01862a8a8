"""What the till says of its receipt printer, by the code of the printer's error; the slip waits meanwhile."""

from __future__ import annotations

SENTENCES = {
    "print.offline": ("Принтер чеков не отвечает", "The receipt printer does not answer"),
    "print.offline.hint": (
        "Включите его, проверьте кабель, бумагу и крышку",
        "Switch it on; check the cable, the paper and the cover",
    ),
    "print.no_paper": ("В принтере чеков нет бумаги", "The receipt printer is out of paper"),
    "print.no_paper.hint": ("Вставьте новый рулон", "Put in a new roll"),
    "print.cover_open": ("Крышка принтера чеков открыта", "The receipt printer's cover is open"),
    "print.cover_open.hint": ("Закройте её", "Close it"),
    "print.broken": ("Принтер чеков неисправен", "The receipt printer reports a fault"),
    "print.broken.hint": ("Проверьте нож, выключите и включите принтер", "Look at its knife, switch it off and on"),
    "print.not_ready": ("Принтер чеков не готов", "The receipt printer is not ready"),
    "print.not_ready.hint": ("Отпустите кнопку подачи бумаги", "Let go of its feed key"),
    "print.unproven": (
        "Неизвестно, напечатан ли чек: он будет напечатан ещё раз",
        "Whether the slip was printed is not known: it will be printed again",
    ),
    "print.given_up": (
        "Чек отправлен на печать {times} раза без подтверждения: больше он не печатается",
        "The slip was sent {times} times without a confirmation: it is not printed any more",
    ),
    "print.given_up.hint": ("Посмотрите, что вышло из принтера", "Look at what came out of the printer"),
    "print.full": (
        "Чеков, которые ждут печати, уже {limit}: этот не будет напечатан",
        "{limit} slips wait to be printed already: this one will not be",
    ),
    "print.near_end": ("Бумага в принтере чеков заканчивается", "The receipt printer's paper runs low"),
    "print.near_end.hint": ("Приготовьте новый рулон", "Have a new roll ready"),
    "print.done": ("Чек, который ждал, напечатан", "The slip that waited is printed"),
    "print.drawer": ("Денежный ящик не открылся", "The cash drawer did not open"),
    "print.drawer.hint": ("Откройте его ключом", "Open it with its key"),
    "print.failed": ("Чек записан, но не напечатан: {what}", "The receipt is recorded but not printed: {what}"),
}  # fmt: skip
