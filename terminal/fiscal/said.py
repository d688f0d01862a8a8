"""What the cashier reads of the fiscal register."""

SENTENCES = {
    "fiscal.silent": ("Касса (ККТ) не отвечает", "The fiscal register does not answer"),
    "fiscal.silent.hint": (
        "Проверьте питание и кабель, затем оплатите снова. Чек не пробит",
        "Check its power and cable, then pay again. Nothing was printed",
    ),
    "fiscal.silent_report.hint": ("Проверьте питание и кабель и повторите", "Check its power and cable, try again"),
    "fiscal.doubt": (
        "Неизвестно, пробит ли чек {number}: касса (ККТ) не отвечает",
        "It is not known whether receipt {number} was issued: the fiscal register does not answer",
    ),
    "fiscal.doubt.hint": (
        "Проверьте питание, кабель и бумагу и спросите кассу снова: дважды чек не пробьётся",
        "Check its power, cable and paper, then ask it again: nothing is issued twice",
    ),
    "fiscal.other_memory": (
        "Чек {number} отправлен в другой фискальный накопитель: {was}, сейчас {now}",
        "Receipt {number} was sent to another fiscal memory: {was}, now it is {now}",
    ),
    "fiscal.memory_now": ("Сейчас подключена касса с накопителем {now}", "A register with memory {now} is connected"),
    "fiscal.other_memory.hint": (
        "Верните прежнюю кассу (ККТ) или посмотрите ленту и решите: kopilka fiscal settle",
        "Connect that register again, or look at its tape and decide: kopilka fiscal settle",
    ),
    "fiscal.no_doubt": ("О чеке {number} всё известно", "There is no doubt about receipt {number}"),
    "fiscal.settled": (
        "Решено. При следующем запуске касса учтёт чек {number} так",
        "Settled. At its next start the till treats receipt {number} so",
    ),
    "fiscal.no_document": ("В памяти кассы (ККТ) нет документа {number}", "The register has no document {number}"),
    "fiscal.no_document.hint": (
        "Последний номер скажет kopilka fiscal status; касса АТОЛ документы целиком не отдаёт",
        "kopilka fiscal status says the last number; a register of ATOL gives no whole documents",
    ),
    "fiscal.none": ("Кассы (ККТ) нет: devices.toml её не называет", "No register: devices.toml names none"),
    "fiscal.over_24h": ("Смена кассы (ККТ) длится больше 24 часов", "The register's shift is over 24 hours old"),
    "fiscal.over_24h.hint": (
        "Закройте смену (Z-отчёт) и откройте новую: Ctrl+X, чек останется",
        "Close the shift (Z report) and open a new one: Ctrl+X, the receipt stays",
    ),
    "fiscal.no_paper": ("В кассе (ККТ) нет бумаги", "The fiscal register is out of paper"),
    "fiscal.no_paper.hint": ("Вставьте рулон и оплатите снова", "Put in a new roll and pay again"),
    "fiscal.put_in_roll": ("Вставьте новый рулон", "Put in a new roll"),
    "fiscal.close_cover": ("Закройте её", "Close it"),
    "fiscal.cover_open": ("У кассы (ККТ) открыта крышка", "The fiscal register's cover is open"),
    "fiscal.cover_open.hint": ("Закройте её и оплатите снова", "Close it and pay again"),
    "fiscal.unprinted": (
        "Касса (ККТ) ждёт бумаги, чтобы допечатать документ", "The register waits for paper to print a document on",
    ),
    "fiscal.unprinted.hint": (
        "Вставьте рулон; документ уже есть, он допечатается",
        "Put in a roll; the document is made already and will be printed",
    ),
    "fiscal.swapped": (
        "Другой фискальный накопитель: был {was}, сейчас {now}", "Another fiscal memory: it was {was}, now it is {now}",
    ),
    "fiscal.swapped.hint": (
        "Верните прежнюю кассу (ККТ), или администратор подтвердит замену: Ctrl+X",
        "Connect the register before it again, or the manager confirms the change: Ctrl+X",
    ),
    "fiscal.accepted": ("Принята касса с накопителем {now}", "The register with memory {now} is accepted"),
    "fiscal.clock": (
        "Часы кассы (ККТ) расходятся с нашими на {minutes:минуту|минуты|минут}: {clock_at}",
        "The register's clock is {minutes:minute|minutes} off ours: {clock_at}",
    ),
    "fiscal.clock.hint": (
        "Сверьте часы компьютера, затем поставьте часы кассы при закрытой смене",
        "Check this computer's clock, then set the register's while its shift is closed",
    ),
    "fiscal.unsent": (
        "Не переданы в ОФД с {since_at}: {count:документ|документа|документов}",
        "Not sent to the operator of fiscal data since {since_at}: {count:document|documents}",
    ),
    "fiscal.unsent.hint": (
        "Проверьте связь кассы (ККТ) с ОФД: через 30 дней она перестанет продавать",
        "Check the register's link to its operator: after 30 days it stops selling",
    ),
    "fiscal.no_cash": (
        "Эта касса (ККТ) не ведёт счёт наличных", "This register does not count its drawer",
    ),
    "fiscal.cash_in_doubt": (
        "Неизвестно, приняла ли касса (ККТ) внесение {amount_minor}",
        "It is not known whether the register has taken {amount_minor} put in",
    ),
    "fiscal.cash_out_doubt": (
        "Неизвестно, приняла ли касса (ККТ) выплату {amount_minor}",
        "It is not known whether the register has taken {amount_minor} taken out",
    ),
    "fiscal.cash_doubt.hint": (
        "Проверьте питание и кабель, затем Ctrl+X: касса будет спрошена, дважды не запишется",
        "Check its power and cable, then Ctrl+X: the register is asked, nothing counts twice",
    ),
    "fiscal.cash_not_taken": ("Касса (ККТ) этого не приняла", "The fiscal register has not taken it"),
    "fiscal.cash_not_taken.hint": ("Ничего не записано: повторите", "Nothing was recorded: try again"),
    "fiscal.cash_left": (
        "Сначала закончите внесение или выплату", "Cash put in or taken out is to be finished first",
    ),
    "fiscal.cash_left.hint": ("Нажмите Ctrl+X: касса (ККТ) будет спрошена", "Press Ctrl+X: the register is asked"),
    "fiscal.no_copy": (
        "Эта касса (ККТ) печатает копию только последнего документа",
        "This register prints a copy of its last document only",
    ),
    "fiscal.corrected": ("Чек коррекции пробит: ФД {number}", "The correction receipt is issued: document {number}"),
    "fiscal.corrected_before": (
        "Такой чек коррекции уже пробит: ФД {number}", "This correction receipt is issued already: document {number}",
    ),
    "fiscal.corrected_before.hint": (
        "Нужен ещё один точно такой же: --nth {nth}", "For another one exactly like it: --nth {nth}",
    ),
    "fiscal.correct_again.hint": (
        "Ничего не пробито. Устраните причину и сделайте чек коррекции снова",
        "Nothing was issued. Mend the cause and make the correction receipt again",
    ),
    "fiscal.correct_doubt.hint": (
        "Проверьте питание, кабель и бумагу и дайте ту же команду снова: касса будет спрошена, дважды чек не пробьётся",
        "Check its power, cable and paper and give the same command again: the register is asked, nothing is issued "
        "twice",
    ),
    "fiscal.no_return_correction": (
        "С ffd = \"1.05\" чек коррекции бывает только на приход",
        "With ffd = \"1.05\" only a sale has a correction receipt",
    ),
    "fiscal.no_return_correction.hint": (
        "Ошибочный чек исправляют возвратом и новой продажей",
        "A wrong receipt is put right by a return and a new sale",
    ),
    "fiscal.no_wrong_sign": (
        "С ffd = \"1.05\" чек коррекции — только о расчёте без кассы, не о неверном чеке",
        "With ffd = \"1.05\" a correction receipt is of a settlement without the register, never of a wrong receipt",
    ),
    "fiscal.no_correction_vat": (
        "С ffd = \"1.05\" эта касса (ККТ) не делает чека коррекции со ставкой НДС {vat}",
        "With ffd = \"1.05\" this register makes no correction receipt at the VAT rate {vat}",
    ),
    "fiscal.not_taken": ("Касса (ККТ) чек не приняла", "The fiscal register has not taken the receipt"),
    "fiscal.not_taken.hint": ("Ничего не пробито: оплатите снова", "Nothing was issued: pay again"),
    "fiscal.mark": (
        "Код маркировки не прошёл проверку: {name}", "The marking code does not stand the register's check: {name}",
    ),
    "fiscal.mark.hint": (
        "Уберите эту позицию из чека и отложите товар", "Take this line off the receipt and put the goods aside",
    ),
    "shtrih.paper": ("Касса (ККТ) отказала: нет бумаги", "The register refuses: no paper"),
    "shtrih.over_24h": (
        "Касса (ККТ) отказала: смена длится больше 24 часов", "The register refuses: its shift is over 24 hours old",
    ),
    "shtrih.state": ("Касса (ККТ) отказала: сейчас так нельзя", "The register refuses: not in its present state"),
    "shtrih.short": (
        "Касса (ККТ) отказала: оплата меньше итога", "The register refuses: the payments are less than the total",
    ),
    "shtrih.cash": ("Касса (ККТ) отказала: столько наличных нет", "The register refuses: there is not so much cash"),
    "shtrih.zero": ("Касса (ККТ) отказала: итог чека ноль", "The register refuses: a total of zero"),
    "shtrih.value": ("Касса (ККТ) отказала: неверные данные", "The register refuses: wrong values"),
    "shtrih.busy": ("Касса (ККТ) занята: идёт печать", "The register is busy printing"),
    "shtrih.other": ("Касса (ККТ) отказала, код ошибки {number}", "The register refuses, error code {number}"),
    "shtrih.hint": (
        "Ничего не пробито. Устраните причину и оплатите снова", "Nothing was issued. Mend the cause and pay again",
    ),
    "atol.refused": (
        "Касса (ККТ) отказала: {text} (код {number})", "The register refuses: {text} (code {number})",
    ),
    "atol.bad_task": (
        "Веб-сервер АТОЛ не понял задание", "The ATOL web server does not understand the task",
    ),
    "atol.attempts": (
        "Этот чек отправлен кассе слишком много раз", "This receipt has been sent to the register too many times",
    ),
    "atol.attempts.hint": (
        "Ничего не пробито. Отмените продажу и наберите её заново",
        "Nothing was issued. Cancel the sale and begin it anew",
    ),
    "atol.hint": (
        "Ничего не пробито. Устраните причину и повторите", "Nothing was issued. Mend the cause and try again",
    ),
    "atol.denied": (
        "Веб-сервер АТОЛ не принял логин и пароль", "The ATOL web server does not accept the login and password",
    ),
    "atol.denied.hint": (
        "Проверьте login и password в devices.toml", "Check login and password in devices.toml",
    ),
    "atol.other_server": (
        "По адресу кассы (ККТ) отвечает не веб-сервер АТОЛ",
        "What answers at the register's address is not the ATOL web server",
    ),
    "atol.other_server.hint": (
        "Проверьте url в devices.toml и версию драйвера", "Check url in devices.toml and the driver's version",
    ),
    "atol.slow": ("Касса (ККТ) не закончила задание вовремя", "The register has not ended a task in time"),
    "atol.stopped": ("Очередь веб-сервера АТОЛ остановлена", "The queue of the ATOL web server is stopped"),
    "atol.stopped.hint": (
        "Проверьте питание, кабель и бумагу кассы, снимите блокировку очереди на странице веб-сервера и нажмите снова: "
        "касса будет спрошена, дважды чек не пробьётся",
        "Check the register's power, cable and paper, unblock the queue on the web server's page and try again: the "
        "register is asked first, nothing is issued twice",
    ),
}  # fmt: skip
