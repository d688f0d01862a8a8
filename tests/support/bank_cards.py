"""What a till that is none answers about bank cards that name a member."""

from __future__ import annotations

from collections.abc import Mapping

from loyalty.member import Member
from loyalty.sentences import sentence
from terminal.session import commands as c

BankCardEffect = c.FindBankCard | c.AskBankCard | c.KeepBankCard | c.DropBankCards


def answer_bank_card(effect: BankCardEffect, cards: dict[str, str], members: Mapping[str, Member]) -> c.Command | None:
    """`cards` are the numbers of loyalty cards by the tokens registered; `members` stand by the numbers."""
    match effect:
        case c.FindBankCard(token=token, tail=tail):
            if token not in cards:
                return c.Failed(sentence("bank_card.unknown", tail=tail), sentence("bank_card.unknown.hint"))
            return c.MemberFound(members[cards[token]])
        case c.AskBankCard(member=who, token=token, tail=tail):
            return None if token in cards else c.BankCardFree(who, token, tail)
        case c.KeepBankCard(member=who, token=token, tail=tail):
            cards[token] = who.card
            return c.BankCardKept(tail, who.name_masked)
        case c.DropBankCards(member=who):
            mine = [token for token, card in cards.items() if card == who.card]
            for token in mine:
                del cards[token]
            return c.BankCardsDropped(len(mine))
