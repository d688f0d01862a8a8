"""Keeps sales and the cache on disk and brings both into step with the head office.

What the engine calls (module: names). Times are wall-clock milliseconds, ids hex text, all of them arguments.

enrol:    enrol(url, code, name, folder) -> Identity            one-time code -> key, identity, empty journal
store:    open_store(folder) -> Store                           the lock, the identity, both files; StoreFault / NotNow
          Store(identity, keys, journal, cache, shares)         .close()
keys:     Identity(url, name, terminal, terminal_no, store, store_name, scope_key, card_prefix, server_key, gen, fence)
          phone_hash(scope_key, e164) -> hex
journal:  Journal
          .prepare(sale_id, raw, at_ms)                         PREPARED, durable when it returns
          .prepared() -> tuple[Prepared(sale_id, raw, at_ms), ...]
          .discard_prepared(sale_id)
          .record(Fact(event_id, at_ms, body), ..., completes=sale_id, personal=Personal, enrolled=IdentRow,
              totals=ShiftTotals, beside=Beside) -> Recorded(epoch, first_seq, last_seq, hash)
                                                                one transaction; the same facts again: the same answer
          .receipt(number) -> Receipt | None                    .recent_receipts(limit) -> tuple[Receipt, ...]
          .returned_milli(receipt_id) -> {line_no: qty_milli}; .returns_of(receipt_id) -> what each return gave back
          .open_shift() -> Shift | None
              Shift(shift_id, shift_no, store, cashier, opened_at_ms, totals, closed_at_ms)
          .next_receipt_no() / .next_card_no() / .next_shift_no() -> int        .give_back_receipt_no(number)
          .pending() -> Pending(count, oldest_at_ms)            .pending_count() -> int
          .overlay(account_id, applied) -> Overlay(points, counted, uses)    .own_buckets() -> tuple[int, ...]
          .enrolled_by_card(card) / .enrolled_by_phone_hash(hex) -> Known | None     members the cache does not have yet
          .verify() -> int                                      walks the whole chain; StoreFault where it breaks
          .differing() -> tuple[str, ...]                       tables of the index that are not what follows from it
cache:    Cache
          .member_by_card(card) / .member_by_phone_hash(hex) -> Known | None
              Known(ident, balance, applied, as_of_ms, before): show balance + the sum of
              journal.overlay(account_id, applied) over known.accounts
          .product(code) -> Product | None                      .search_products(text, limit) -> tuple[Product, ...]
          .programmes() -> tuple[ProgrammeRow, ...]             only those with the head office's signature
          .programme(id, version) -> ProgrammeRow | None        the version a receipt was made by
          .as_of_ms() -> int                                    when heads were last compared and found equal
runner:   Runner(store, client, now_ms, chance)                 one thread: .start() .kick() .stop() .status()
          .on_change(callback(LinkStatus))                      called from the runner's thread
          .run_until_idle(timeout_s) -> bool                    for scripts and tests
          LinkStatus(online, pending, oldest_pending_ms, as_of_ms, last_contact_ms, trouble, loading_bp,
              fork, programmes_changed)
status:   read_status(folder) -> QueueStatus                    what is recorded, stored, safe; also while a till runs
verify:   verify(folder) -> Verified(events, differing)           whether the journal is whole; also while a till runs
ballast:  journal.ballast.is_out                                 the room kept back on the disk is let go: it is full
mending:  mend(journal, keys, store, by, stamp) -> Mended(epoch, reissued)   a new epoch where journal.fork asks for one
repair:   repair(folder, ask, by, stamp) -> Repaired               a damaged journal made whole again
retention: prune(journal, now_ms) -> int                          lets go of events that are safe and old
export:   export(folder, target, every, now_ms) -> Exported         what waits, in a file; also while a till runs
carry:    carry(path, client) -> Sentence                         another till's file to the head office
glance:   glance(folder) -> with Glance(identity, journal, cache)   look-ups beside a running till
client:   Client(identity, keys, now_ms, url="")                  .receipt(number) -> ReceiptReply; LinkFault
sentences: SENTENCES                                            everything this room says, Russian and English
"""

from terminal.offline_queue.sentences import SENTENCES

__all__ = ["SENTENCES"]
