"""Message: a text for the buyer, on the screen and on the receipt."""

from loyalty.documents.section import Section
from loyalty.granted import Granted, Message
from loyalty.rewards.mechanic import GrantMechanic
from loyalty.scene import Scene
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "message.given": ("Сообщение: {text_ru}", "Message: {text_en}"),
}


class Tell(GrantMechanic, frozen=True, tag="message"):
    """`text` in both languages, up to 200 characters each."""

    ru: str
    en: str

    @classmethod
    def read(cls, section: Section) -> "Tell":
        part = section.required("text", '{ ru = "…", en = "…" }')
        ru, en = part.text("ru"), part.text("en")
        part.finish()
        return cls(ru, en)

    def grant(self, scene: Scene, campaign_id: str) -> Granted:
        return Granted(messages=(Message(campaign_id, self.ru, self.en),))

    def told(self, granted: Granted) -> Sentence:
        return sentence("message.given", text_ru=self.ru, text_en=self.en)
