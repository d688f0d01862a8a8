"""The words on paper, in both languages; short enough for 32 columns."""

from __future__ import annotations

import msgspec


class Words(msgspec.Struct, frozen=True):
    sale: str
    return_: str
    of_receipt: str
    cashier: str
    till: str
    shift: str
    piece: str
    pieces: str
    kg: str
    by_points: str
    before: str
    discount: str
    total: str
    total_back: str
    for_missing: str
    cash: str
    card: str
    gift_card: str
    gift_left: str
    bank_code: str
    change: str
    member: str
    no_name: str
    spent: str
    spent_offline: str
    earned: str
    spent_back: str
    earned_back: str
    balance: str
    for_offers: str
    for_offers_back: str
    wallet_earned: str
    wallet_taken: str
    wallet_earned_back: str
    wallet_taken_back: str
    coupon: str
    until: str
    usable_from: str
    programme: str
    version: str
    not_fiscal: str
    copy: str
    x_report: str
    z_report: str
    sales: str
    returns: str
    with_card: str
    cash_in: str
    card_in: str
    cash_out: str
    card_out: str
    cash_left: str
    card_left: str
    takings: str
    put_in: str
    taken_out: str
    in_drawer: str
    signature: str
    gift_in: str
    gift_out: str
    loaded: str
    loaded_back: str
    card_no: str
    fiscal_code: str
    member_card: str
    show_card: str


WORDS = {
    "ru": Words(
        sale="Чек",
        return_="Возврат",
        of_receipt="по чеку",
        cashier="Кассир",
        till="Касса",
        shift="Смена",
        piece="шт",
        pieces="шт",
        kg="кг",
        by_points="Оплачено баллами",
        before="Без скидок",
        discount="Скидки",
        total="ИТОГО",
        total_back="К ВЫДАЧЕ",
        for_missing="За недостающие баллы",
        cash="Наличными",
        card="Картой",
        gift_card="Подарочная карта",
        gift_left="Осталось на карте",
        bank_code="код",
        change="Сдача",
        member="Участник",
        no_name="по карте",
        spent="Списано баллов",
        spent_offline="Списано баллов без связи",
        earned="Начислено баллов",
        spent_back="Возвращено баллов",
        earned_back="Снято баллов",
        balance="Баллов на счёте",
        for_offers="Баллов за предложения",
        for_offers_back="Баллов за предложения назад",
        wallet_earned="начислено",
        wallet_taken="списано",
        wallet_earned_back="снято",
        wallet_taken_back="возвращено",
        coupon="Купон",
        until="действует до",
        usable_from="можно потратить с",
        programme="Программа",
        version="версия",
        not_fiscal="НЕФИСКАЛЬНЫЙ ДОКУМЕНТ",
        copy="*** КОПИЯ ***",
        x_report="X-ОТЧЁТ",
        z_report="Z-ОТЧЁТ",
        sales="Продаж",
        returns="Возвратов",
        with_card="Чеков с участником",
        cash_in="Принято наличными",
        card_in="Принято картой",
        cash_out="Возвращено наличными",
        card_out="Возвращено на карту",
        cash_left="Наличными итого",
        card_left="Картой итого",
        takings="ВЫРУЧКА",
        put_in="Внесение",
        taken_out="Выплата",
        in_drawer="Наличных в ящике",
        signature="Подпись",
        gift_in="Оплачено подарочными",
        gift_out="Возвращено на подарочные",
        loaded="Подарочных продано",
        loaded_back="Подарочных возвращено",
        card_no="карта",
        fiscal_code="Проверить чек",
        member_card="Карта участника",
        show_card="Покажите этот код на кассе",
    ),
    "en": Words(
        sale="Receipt",
        return_="Return",
        of_receipt="of receipt",
        cashier="Cashier",
        till="Till",
        shift="Shift",
        piece="pc",
        pieces="pcs",
        kg="kg",
        by_points="Paid with points",
        before="Before discounts",
        discount="Discounts",
        total="TOTAL",
        total_back="TO PAY OUT",
        for_missing="For missing points",
        cash="Cash",
        card="Card",
        gift_card="Gift card",
        gift_left="Left on the card",
        bank_code="code",
        change="Change",
        member="Member",
        no_name="by card",
        spent="Points spent",
        spent_offline="Points spent offline",
        earned="Points earned",
        spent_back="Points given back",
        earned_back="Points taken back",
        balance="Points on account",
        for_offers="Points for offers",
        for_offers_back="Points for offers, back",
        wallet_earned="earned",
        wallet_taken="taken",
        wallet_earned_back="taken back",
        wallet_taken_back="given back",
        coupon="Coupon",
        until="good until",
        usable_from="can be spent from",
        programme="Programme",
        version="version",
        not_fiscal="NOT A FISCAL RECEIPT",
        copy="*** COPY ***",
        x_report="X REPORT",
        z_report="Z REPORT",
        sales="Sales",
        returns="Returns",
        with_card="Receipts with a member",
        cash_in="Cash taken",
        card_in="Card taken",
        cash_out="Cash returned",
        card_out="Returned to card",
        cash_left="Cash in all",
        card_left="Card in all",
        takings="TAKINGS",
        put_in="Cash put in",
        taken_out="Cash taken out",
        in_drawer="Cash in the drawer",
        signature="Signature",
        gift_in="Paid by gift card",
        gift_out="Back to gift cards",
        loaded="Gift cards sold",
        loaded_back="Gift cards returned",
        card_no="card",
        fiscal_code="Check the receipt",
        member_card="Member card",
        show_card="Show this code at the till",
    ),
}
