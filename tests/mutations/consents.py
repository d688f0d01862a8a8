"""The guards of consents: what was withdrawn is not taken for given, at no till and in no order."""

from tests.mutations.guard import Guard

_OFFICE = "tests/contract/test_server_consents.py"
_TILLS = "tests/simulation/test_consents_at_tills.py"

CONSENTS: tuple[Guard, ...] = (
    Guard(
        "of two consents at one moment the withdrawal holds",
        "loyalty/consents.py",
        "(said.at_ms, not said.given, said.version)",
        "(said.at_ms, said.given, said.version)",
        "tests/property/test_consents.py::test_of_two_words_the_later_holds_and_of_one_moment_the_one_that_withdraws",
    ),
    Guard(
        "a withdrawal of a consent is later than the consent, whatever the clock says",
        "loyalty/consents.py",
        "max(now_ms, held[purpose].at_ms + 1)",
        "now_ms",
        f"{_TILLS}::test_a_clock_that_is_behind_cannot_keep_a_withdrawal_from_holding",
    ),
    Guard(
        "a till knows of the consents it has recorded itself",
        "terminal/members.py",
        "return with_own_words(files, known) if known else None",
        "return known",
        f"{_TILLS}::test_a_word_holds_here_at_once_and_at_the_others_after_a_round_whoever_said_it",
    ),
    Guard(
        "a till's own consents give way to the head office's word once that has them",
        "terminal/members.py",
        "known.as_of_ms and word.is_in(files.cache.applied_in(word.account_id))",
        "False",
        f"{_TILLS}::test_a_clock_that_is_ahead_cannot_have_a_consent_outlive_its_withdrawal",
    ),
    Guard(
        "consents that came before their member count",
        "sync_server/consents.py",
        "[*_with_consents(tx, new), ",
        "[*new, ",
        f"{_OFFICE}::test_a_word_that_comes_before_its_member_holds_once_the_member_is_there",
    ),
    Guard(
        "consents of a family's members go to where each is kept",
        "sync_server/consents.py",
        "_at_home(tx, said) | _merged_into(tx, said)",
        "_merged_into(tx, said)",
        f"{_OFFICE}::test_a_word_of_one_who_shares_an_account_holds_where_the_member_is_kept",
    ),
    Guard(
        "late consents of merged members go to the one who was kept",
        "sync_server/consents.py",
        "_at_home(tx, said) | _merged_into(tx, said)",
        "_at_home(tx, said)",
        f"{_OFFICE}::test_a_late_word_of_one_who_was_merged_holds_for_the_one_who_was_kept",
    ),
    Guard(
        "consents on their way go on to the next who was kept",
        "sync_server/consents.py",
        "            _send(tx, told.kept.bucket, next_place, told.word)\n",
        "            pass\n",
        f"{_OFFICE}::test_a_late_word_of_one_who_was_merged_holds_for_the_one_who_was_kept",
    ),
    Guard(
        "merged members have the last consents of both",
        "sync_server/personal.py",
        "consents=joined(kept.consents, gone.consents),",
        "consents=kept.consents,",
        f"{_OFFICE}::test_a_late_word_of_one_who_was_merged_holds_for_the_one_who_was_kept",
    ),
)
