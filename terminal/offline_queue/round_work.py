"""One round of the sync: what differs from the heads, which pages fit, what is given up. Pure functions of a Round."""

from msgspec.structs import replace

from loyalty.feed import STREAMS, DeltaPage, Head
from loyalty.sentences import Sentence, sentence
from terminal.offline_queue.planner import Round, Todo
from terminal.offline_queue.steps import HeadsSeen, Staged

FAR_BEHIND_ROWS = 20_000
"""A cache missing more rows than this, and more than half of all, takes the snapshot."""
MAX_BUCKET_ROWS = 200_000


def begin_round(seen: HeadsSeen, may_catch_up: bool = True) -> Round:
    """What differs between the heads and the cache, in the order of STREAMS, and whether the snapshot goes first:
    for another generation it does, for a cache far behind if it `may_catch_up` so."""
    same_gen = seen.gen == seen.heads.gen
    todo: list[Todo] = []
    total = missing = 0
    for stream in STREAMS:
        heads = {head.bucket: head for head in seen.heads.streams.get(stream, ())}
        cursors = {bucket: cursor for (of, bucket), cursor in seen.cursors.items() if of == stream and same_gen}
        for bucket in sorted({*heads, *cursors}):
            head, cursor = heads.get(bucket, Head(bucket, 0, 0)), cursors.get(bucket)
            at = cursor.seq if cursor else 0
            total += head.seq
            missing += max(0, head.seq - at)
            if at == head.seq and (cursor is None or cursor.checksum == head.checksum):
                continue
            todo.append(Todo(stream, bucket, at) if at < head.seq else Todo(stream, bucket, 0, afresh=True))
    behind = may_catch_up and missing > FAR_BEHIND_ROWS and missing * 2 > total
    work = Round(seen.heads.gen, seen.asked_at_ms, begin_anew=not same_gen)
    if (behind or not same_gen) and total:
        return replace(work, snapshot=True, instead=tuple(todo))
    return replace(work, todo=tuple(todo))


def take_page(work: Round, page: DeltaPage) -> Round:
    """One more page of the bucket in hand; a page that does not fit what was asked gives the bucket up.

    Pages that began at 0 are all there is, so no place within them is too old.
    """
    first = work.todo[0]
    at = work.pages[-1].to_seq if work.pages else first.from_seq
    asked = (page.gen, page.stream, page.bucket, page.from_seq) == (work.gen, first.stream, first.bucket, at)
    if asked and page.must_refetch and at and first.from_seq:
        return replace(work, todo=(Todo(first.stream, first.bucket, 0, afresh=True), *work.todo[1:]), pages=())
    pages = (*work.pages, page)
    in_order = all(at < row.change_seq <= page.to_seq for row in page.rows) and page.to_seq >= at
    moves = page.drained or (page.rows and page.to_seq > at)
    too_many = sum(len(each.rows) for each in pages) > MAX_BUCKET_ROWS
    if not (asked and in_order and moves) or (page.must_refetch and not at) or too_many:
        return given_up(work, sentence("link.bad_page", stream=page.stream, bucket=str(page.bucket)))
    return replace(work, pages=pages)


def given_up(work: Round, why: Sentence) -> Round:
    """Go on without the bucket in hand; the next round tries it again."""
    return replace(work, todo=work.todo[1:], pages=(), fault=why)


def stage_own(work: Round, outcome: Staged) -> Round:
    """The file is everyone's, so it does not say how far *this* till's events are in it: its buckets are asked for
    before the file is used, or own sales would be counted twice (I17)."""
    assert work.manifest is not None
    at = {head.bucket: head.seq for head in work.manifest.vectors.get("bal", ())}
    return replace(
        work, staged=True, todo=tuple(Todo("bal", bucket, at.get(bucket, 0)) for bucket in outcome.own_buckets)
    )
