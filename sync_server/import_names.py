"""Columns of imports by the names other systems give them: small letters, as they stand in the first row."""

MEMBER_ALIASES = {
    "карта": "card", "номер карты": "card", "телефон": "phone", "имя": "name", "фио": "name",
    "дата рождения": "birthday", "день рождения": "birthday", "статус": "status", "статус до": "status_until",
    "баллы": "points", "баллы до": "expires", "чеки": "receipts", "чеков": "receipts", "вид карты": "card_kind",
    "другие карты": "more_cards",
    "согласие на обработку": "consent_processing", "согласие на рекламу": "consent_advertising",
}  # fmt: skip
BALANCE_ALIASES = {
    "номер партии": "source_id", "карта": "card", "номер карты": "card", "телефон": "phone", "кошелёк": "wallet",
    "баллы": "points", "начислены": "earned", "доступны с": "usable_from", "баллы до": "expires",
}  # fmt: skip
PRODUCT_ALIASES = {
    "штрихкод": "code", "штрих-код": "code", "код": "code", "наименование": "name", "название": "name", "цена": "price",
    "ндс": "vat", "ставка ндс": "vat", "единица": "unit", "ед. изм.": "unit", "ед.": "unit", "категория": "category",
    "бренд": "brand", "марка": "brand", "метки": "tags", "без скидок": "no_discount", "без начисления": "no_earn",
    "без списания": "no_redeem", "минимальная цена": "min_price", "подарочная карта": "gift_card",
    "бесплатно": "free", "контроль": "control", "маркировка": "control",
}  # fmt: skip
