"""What the customer's display says, and what the till says of it."""

from __future__ import annotations

SENTENCES = {
    "customer.closed": ("Касса закрыта", "This till is closed"),
    "customer.welcome": ("Добро пожаловать!", "Welcome!"),
    "customer.member": ("Карта принята", "Card accepted"),
    "customer.total": ("ИТОГО", "TOTAL"),
    "customer.due": ("К ОПЛАТЕ", "TO PAY"),
    "customer.spend": ("Спишем {all_points:балл|балла|баллов}", "Paying {all_points:point|points}"),
    "customer.to_earn": ("Начислим {all_points:балл|балла|баллов}", "You earn {all_points:point|points}"),
    "customer.earned": ("Начислено {all_points:балл|балла|баллов}", "Earned {all_points:point|points}"),
    "customer.points": ("Баллы", "Points"),
    "customer.change": ("Сдача", "Change"),
    "customer.thanks": ("Спасибо за покупку!", "Thank you!"),
    "customer.return": ("Возврат", "Return"),
    "customer.paid_out": ("К ВЫДАЧЕ", "TO PAY OUT"),
    "display.gone": ("Дисплей покупателя не отвечает", "The customer's display does not answer"),
    "display.gone.hint": ("Проверьте кабель; продажа продолжается", "Check its cable; the sale goes on"),
    "display.back": ("Дисплей покупателя снова работает", "The customer's display is back"),
}  # fmt: skip
