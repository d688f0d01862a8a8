"""What is said of where a receipt is sent."""

SENTENCES = {
    "send.to": ("Чек придёт на {address}", "The receipt goes to {address}"),
    "send.nowhere": ("Чек никуда не отправляется, только бумажный", "The receipt is sent nowhere, it is on paper only"),
    "send.address": ("Это не телефон и не почта", "That is neither a phone nor an e-mail"),
}
