"""What is said of a till's events that come by hand, at the head office and at the till that carries them."""

from loyalty.api import Position
from loyalty.chain import read_segment
from loyalty.segment_file import Manifest
from loyalty.sentences import Sentence, sentence

SENTENCES = {
    "segments.taken": (
        "T{till}, события {first}–{last}: принято {new}, уже было {known}",
        "T{till}, events {first} to {last}: {new} taken in, {known} were there already",
    ),
    "segments.taken_revoked": (
        "T{till} отключена, события {first}–{last}: принято {new}, уже было {known}. Они помечены: просмотрите их",
        "T{till} is revoked, events {first} to {last}: {new} taken in, {known} were there already. They are flagged:"
        " look them through",
    ),
    "segments.unknown": (
        "Касса {terminal} (T{till}, магазин {store}) головному офису неизвестна, или подпись не её",
        "Till {terminal} (T{till}, store {store}) is not known to the head office, or the signature is not its own",
    ),
    "segments.unknown.do": (
        "Файл для другого головного офиса? Этот чужого не возьмёт",
        "Is the file for another head office? This one takes nothing of a stranger's",
    ),
    "segments.gap": (
        "T{till}: файл начинается с {first}, а в офисе есть до {here}: не хватает событий. Принято {new}",
        "T{till}: the file begins at {first}, the head office has up to {here}: some are missing. {new} taken in",
    ),
    "segments.gap.do": (
        "Сначала импортируйте более ранний файл или выгрузите всё: kopilka queue export --all",
        "Import the earlier file first, or write everything: kopilka queue export --all",
    ),
    "segments.part": (
        "T{till}: события до {here} пришли другим путём и разделены иначе. Принято {new}",
        "T{till}: events up to {here} came by another way, cut otherwise. {new} taken in",
    ),
    "segments.part.do": (
        "Выгрузите ожидающее без --all: kopilka queue export; или дождитесь, пока касса отправит его сама",
        "Write what waits without --all: kopilka queue export; or let the till send it itself",
    ),
    "segments.fork": (
        "T{till}: события в файле не те, что в офисе: работали две копии этой кассы. Принято {new}",
        "T{till}: the events in the file are not those stored: two copies of this till have run. {new} taken in",
    ),
    "segments.replaced": (
        "T{till}: файл записала копия кассы, ключ которой больше не действует. Принято {new}",
        "T{till}: a copy of the till wrote the file, with a key that counts no more. {new} taken in",
    ),
    "segments.copy.do": (
        "Чтобы принять чеки копии: kopilka-server import segments --copy. Каждый учтётся один раз и будет помечен",
        "To take the copy's receipts in: kopilka-server import segments --copy. Each counts once and is flagged",
    ),
    "segments.taken_copy": (
        "Копия T{till}, события {first}–{last}: принято {new}, уже было {known}. Они помечены: просмотрите их",
        "A copy of T{till}, events {first} to {last}: {new} taken in, {known} were there already. They are flagged:"
        " look them through",
    ),
    "segments.revoked": (
        "T{till} отключена головным офисом: её события принимает только он сам, kopilka-server import segments",
        "T{till} has been revoked: only the head office itself takes its events in, kopilka-server import segments",
    ),
}


def taken(manifest: Manifest, new: int, is_revoked: bool = False) -> Sentence:
    """All of the file is stored, `new` events of it now; `is_revoked`: though its till is cut off."""
    first, last = manifest.first.seq, manifest.last.seq
    code = "segments.taken_revoked" if is_revoked else "segments.taken"
    return sentence(code, till=manifest.terminal_no, first=first, last=last, new=new, known=manifest.events - new)


def taken_from_copy(manifest: Manifest, new: int) -> Sentence:
    """All of a copy's file is stored, `new` events of it now."""
    first, last = manifest.first.seq, manifest.last.seq
    known = manifest.events - new
    return sentence("segments.taken_copy", till=manifest.terminal_no, first=first, last=last, new=new, known=known)


def not_taken(code: str, manifest: Manifest, segment: bytes, acked: Position | None, new: int) -> tuple[Sentence, ...]:
    """Why a segment of the file is not, with what to do: by the code the head office refused it with, after `new`
    events had come in. Empty where the code says nothing of the file itself.
    """
    till, here = manifest.terminal_no, acked.seq if acked else 0
    header = read_segment(segment).header
    cut_otherwise = acked is not None and (header.epoch, header.first_seq) <= (acked.epoch, acked.seq)
    match code:
        case "gap" if cut_otherwise:
            return sentence("segments.part", till=till, here=here, new=new), sentence("segments.part.do")
        case "gap":
            said = sentence("segments.gap", till=till, first=header.first_seq, here=here, new=new)
            return said, sentence("segments.gap.do")
        case "fork":
            return sentence("segments.fork", till=till, new=new), sentence("segments.copy.do")
        case "replaced":
            return sentence("segments.replaced", till=till, new=new), sentence("segments.copy.do")
        case "unknown":
            said = sentence("segments.unknown", till=till, terminal=manifest.terminal, store=manifest.store)
            return said, sentence("segments.unknown.do")
        case "revoked":
            return (sentence("segments.revoked", till=till),)
        case _:
            return ()


def events_in(segment: bytes) -> int:
    header = read_segment(segment).header
    return header.last_seq - header.first_seq + 1
