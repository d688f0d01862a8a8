"""Every sentence of the head office in both languages."""

from loyalty import chain, codes, segment_file, segments_told
from loyalty.documents import programme_file
from sync_server import (  # fmt: skip
    audience_words,
    backups,
    balance_sums,
    bank_cards,
    budget_release,
    citus,
    confirmations,
    consents,
    coupons,
    csv_rows,
    enrol,
    families,
    find_member,
    grants,
    identity,
    import_balances,
    import_changes,
    import_fields,
    import_members,
    import_products,
    member_changes,
    merging,
    migrate,
    move,
    one_process,
    personal,
    programmes,
    publish,
    stops,
    store,
    unpacking,
    users,
)
from sync_server.messages import port, sending
from sync_server.rebuilding import replace, work_out
from sync_server.verifying import found

SENTENCES = {
    **chain.SENTENCES, **codes.SENTENCES, **segment_file.SENTENCES, **segments_told.SENTENCES,
    **programme_file.SENTENCES,
    **audience_words.SENTENCES, **confirmations.SENTENCES, **consents.SENTENCES, **port.SENTENCES, **sending.SENTENCES,
    **coupons.SENTENCES, **enrol.SENTENCES, **grants.SENTENCES, **identity.SENTENCES, **unpacking.SENTENCES,
    **personal.SENTENCES, **programmes.SENTENCES, **publish.SENTENCES, **stops.SENTENCES,
    **citus.SENTENCES, **move.SENTENCES, **one_process.SENTENCES,
    **budget_release.SENTENCES, **store.SENTENCES, **users.SENTENCES, **csv_rows.SENTENCES,
    **balance_sums.SENTENCES, **bank_cards.SENTENCES, **import_balances.SENTENCES,
    **import_changes.SENTENCES, **import_fields.SENTENCES, **import_members.SENTENCES,
    **import_products.SENTENCES, **families.SENTENCES, **find_member.SENTENCES, **member_changes.SENTENCES,
    **merging.SENTENCES, **migrate.SENTENCES,
    **found.SENTENCES, **backups.SENTENCES, **replace.SENTENCES, **work_out.SENTENCES,
    "import.plain": (
        "У событий кассы нет --dry-run и --report: что уже принято, второй раз не примется",
        "A till's events have no --dry-run and no --report: what is in is not taken in again",
    ),
    "import.what": ("Импортировать можно: {known}", "What can be imported: {known}"),
    "serve.port": ("Порт {port} на {host} занят или недоступен", "Port {port} on {host} is taken or not allowed"),
    "refused": ("Отказано: {detail}", "Refused: {detail}"),
}  # fmt: skip
