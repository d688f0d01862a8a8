"""Every limit at a door of the two programs, and the test that tries it at the limit and one past it.

The doors are the files that read what comes from outside: requests, replies, segments, files, forms. A limit of any of
them that is not here fails `tests/unit/test_house_limits.py`.
"""

_OFFICE = "tests/contract/test_limits_office.py"
_AGENT = "tests/contract/test_limits_agent.py"
_SCANS = "tests/contract/test_agent_scans.py"
_DOORS = "tests/unit/test_limits_at_doors.py"
_CHAIN = "tests/unit/test_loyalty_chain.py"
_HTTP = "tests/unit/test_queue_http.py"
_HOLDS = "tests/contract/test_server_holds.py::test_what_is_no_hold_is_refused_and_the_limits_hold"
_BODY = f"{_OFFICE}::test_a_body_may_have_the_bytes_its_path_allows_and_no_more"
_PART = f"{_AGENT}::test_a_part_of_a_request_is_read_at_its_limit_and_refused_one_past_it"
_EVENT = f"{_DOORS}::test_an_event_s_texts_figures_and_numbers_have_limits"

LIMITS: dict[str, dict[str, str]] = {
    "loyalty/api.py": {
        "MAX_PERSONAL_ITEMS": f"{_OFFICE}::test_personal_data_come_so_many_at_a_time_and_no_more",
    },
    "loyalty/chain.py": {
        "MAX_BLOB_BYTES": f"{_OFFICE}::test_a_segment_comes_in_so_many_packed_bytes_and_no_more",
        "MAX_HEADER_BYTES": f"{_OFFICE}::test_a_segment_s_header_has_so_many_bytes_and_no_more",
        "MAX_PAYLOAD_BYTES": f"{_OFFICE}::test_a_segment_unpacks_to_so_many_bytes_and_no_more",
        "MAX_SEGMENT_EVENTS": f"{_OFFICE}::test_a_segment_has_so_many_events_and_no_more",
    },
    "loyalty/device_keys.py": {
        "MAX_KEYS": "tests/contract/test_till_keys.py::test_a_till_has_so_many_keys_and_no_more",
    },
    "loyalty/events.py": {
        "MAX_EVENT_BYTES": f"{_OFFICE}::test_an_event_has_so_many_bytes_and_no_more",
    },
    "loyalty/redacted.py": {
        "MAX_NOTE_BYTES": "tests/contract/test_repair_erased.py::test_a_note_has_so_many_bytes_and_no_more",
    },
    "loyalty/segment_file.py": {
        "MAX_FILE_BYTES": "tests/unit/test_loyalty_segment_file.py::test_a_file_has_a_largest_size",
        "MAX_MANIFEST_BYTES": f"{_DOORS}::test_a_file_of_segments_tells_of_itself_in_so_many_bytes_and_no_more",
        "MAX_SEGMENT_BYTES": f"{_CHAIN}::test_a_blob_may_have_the_limit_of_bytes_and_no_more",
    },
    "loyalty/shares.py": {
        "MAX_BUDGETS": "tests/contract/test_server_shares.py"
        "::test_as_many_shares_as_a_programme_has_budgets_are_asked_for_and_no_more",
    },
    "sync_server/shedding.py": {
        "MAX_PASSED_OVER_BYTES": "tests/contract/test_server_shedding.py"
        "::test_a_body_nobody_looks_at_is_passed_over_up_to_a_limit",
    },
    "sync_server/settings.py": {
        "MAX_REQUESTS": "tests/contract/test_server_shedding.py"
        "::test_as_many_requests_as_may_be_are_answered_and_one_more_is_told_to_come_again",
        "MAX_WAITING": "tests/contract/test_server_shedding.py"
        "::test_as_many_segments_as_may_wait_are_taken_in_and_one_more_once_they_are_applied",
    },
    "terminal/agent/desk.py": {
        "MAX_ACCEPT_CHARS": f"{_DOORS}::test_a_till_reads_so_much_of_the_languages_a_program_accepts",
        "MAX_FETCHING": "tests/contract/test_agent_returns.py::test_nobodys_sale_waits_for_the_head_office",
        "MAX_LISTENING": f"{_SCANS}::test_so_many_may_wait_and_the_next_is_told_to_come_again",
    },
    "terminal/agent/scanning.py": {
        "MAX_SCAN_NO": f"{_SCANS}::test_a_figure_of_the_query_is_taken_at_its_limit_and_refused_one_past_it",
        "MAX_WAIT_S": f"{_SCANS}::test_a_figure_of_the_query_is_taken_at_its_limit_and_refused_one_past_it",
    },
    "terminal/agent/scans.py": {
        "MOST_KEPT": "tests/unit/test_agent_scans_kept.py::test_so_many_are_kept_and_who_has_missed_one_is_told",
    },
    "terminal/agent/guard.py": {
        "MAX_AT_ONCE": "tests/contract/test_agent_door.py::test_more_than_so_many_at_once_are_told_to_come_back",
        "MAX_DRAINED_BYTES": f"{_DOORS}::test_a_body_nobody_wants_is_taken_in_up_to_a_limit_and_the_rest_is_left",
    },
    "terminal/agent/serve.py": {
        "MAX_HEAD_BYTES": f"{_AGENT}::test_the_head_of_a_request_may_have_the_limit_of_bytes_and_no_more",
    },
    "terminal/agent/asked.py": {
        "MAX_ADDRESS_CHARS": "tests/contract/test_agent_addresses.py"
        "::test_an_address_is_as_long_as_its_tag_and_one_character_more_is_refused",
        "MAX_ASKED": _PART,
        "MAX_BODY_BYTES": "tests/contract/test_agent_door.py::test_a_body_may_be_as_large_as_the_limit_and_no_larger",
        "MAX_CODE_CHARS": _PART,
        "MAX_COUPON_CHARS": _PART,
        "MAX_POINTS": _PART,
        "MAX_SAID_CHARS": _PART,
    },
    "terminal/offline_queue/client.py": {
        "MAX_PAGE_BYTES": f"{_HTTP}::test_a_page_of_rows_may_be_larger_but_not_without_end",
        "MAX_SEGMENT_BYTES": f"{_HTTP}::test_a_segment_given_back_may_be_as_large_as_one_that_is_sent",
    },
    "terminal/offline_queue/http_reply.py": {
        "MAX_REPLY_BYTES": f"{_HTTP}::test_a_reply_has_a_limit_and_one_byte_more_is_too_much",
        "MAX_RETRY_AFTER_S": f"{_DOORS}::test_a_till_is_put_off_for_so_long_and_no_longer",
        "MAX_WINDOW_BYTES": f"{_DOORS}::test_a_reply_may_ask_for_so_large_a_window_and_no_larger",
    },
    "terminal/offline_queue/journal.py": {
        "MAX_FACTS": "tests/unit/test_queue_journal.py::test_facts_of_one_transaction_have_a_limit",
    },
    "terminal/offline_queue/journal_prepared.py": {
        "MAX_PREPARED": "tests/unit/test_queue_journal.py::test_unfinished_sales_have_a_limit",
    },
    "terminal/offline_queue/trust.py": {
        "MAX_CA_BYTES": "tests/unit/test_queue_trust.py::test_the_file_may_be_so_large_and_no_larger",
    },
    "sync_server/api.py": dict.fromkeys(
        ("CONFIRM_LIMIT", "ENROL_LIMIT", "HOLD_LIMIT", "KEYS_LIMIT", "PERSONAL_LIMIT", "SEGMENT_LIMIT", "SHARES_LIMIT"),
        _BODY,
    ),
    "sync_server/arrivals.py": dict.fromkeys(("MAX_INTEGER", "MAX_LINE_NO", "MAX_TEXT_CHARS"), _EVENT),
    "sync_server/auth.py": {
        "MAX_SKEW_S": f"{_DOORS}::test_a_clock_may_be_off_by_the_limit_and_no_more",
    },
    "sync_server/confirmations.py": {
        "MAX_TYPED_CHARS": f"{_OFFICE}::test_a_code_said_has_so_many_characters_and_no_more",
    },
    "sync_server/console/forms.py": {
        "MAX_FIELDS": f"{_DOORS}::test_a_form_has_so_many_fields_and_no_more",
        "MAX_FORM_BYTES": "tests/unit/test_console_pages.py"
        "::test_a_form_at_the_limit_is_read_and_one_past_it_is_refused",
    },
    "sync_server/console/login.py": {
        "MAX_TARGET_CHARS": f"{_DOORS}::test_a_page_to_go_on_to_has_so_many_characters_and_no_more",
    },
    "sync_server/console/receipt_search.py": {
        "MAX_TEXT_CHARS": f"{_DOORS}::test_what_is_searched_for_has_so_many_characters_and_the_rest_is_cut",
    },
    "sync_server/console/sessions.py": {
        "MAX_TOKEN_CHARS": f"{_DOORS}::test_a_session_s_token_over_the_limit_is_not_even_looked_for",
    },
    "sync_server/console/tongue.py": {
        "MAX_ACCEPTED": f"{_DOORS}::test_so_many_languages_a_browser_accepts_are_read_and_no_more",
    },
    "sync_server/console/tries.py": {
        "LONGEST_PAUSE_MS": "tests/unit/test_console_login.py"
        "::test_pauses_double_up_to_a_limit_and_are_forgotten_in_time",
        "MAX_KEYS": "tests/unit/test_console_login.py::test_only_so_many_addresses_are_remembered",
    },
    "sync_server/enrol.py": {
        "MAX_NAME_CHARS": f"{_DOORS}::test_a_store_s_name_has_so_many_characters_and_no_more",
        "MAX_NUMBER_DIGITS": f"{_DOORS}::test_a_terminal_s_number_has_so_many_digits_and_no_more",
        "MAX_OPEN_CODES": f"{_DOORS}::test_so_many_codes_are_good_at_once_and_no_more",
        "MAX_TERMINALS": f"{_DOORS}::test_so_many_terminals_are_enrolled_and_no_more",
    },
    "sync_server/holds.py": {
        **dict.fromkeys(("MAX_LIVING", "MAX_POINTS", "MAX_TTL_S", "MAX_WALLETS"), _HOLDS),
        "MAX_WALLET_CHARS": f"{_DOORS}::test_a_wallet_s_name_has_so_many_characters_and_no_more",
    },
    "sync_server/unpacking.py": {
        "MAX_WINDOW_BYTES": f"{_OFFICE}::test_a_segment_may_ask_for_so_large_a_window_and_no_larger",
    },
    "sync_server/personal.py": {
        "MAX_AUDIENCES": f"{_DOORS}::test_a_member_of_two_keeps_so_many_cards_and_audiences_and_no_more",
        "MAX_CARDS": f"{_DOORS}::test_a_member_of_two_keeps_so_many_cards_and_audiences_and_no_more",
        "MAX_NAME_CHARS": f"{_DOORS}::test_a_person_s_name_has_so_many_characters_and_no_more",
    },
    "sync_server/publish.py": {
        "MAX_PUBLISHED_BYTES": f"{_DOORS}::test_a_document_to_publish_has_so_many_bytes_and_no_more",
    },
    "sync_server/serve.py": {
        "MAX_HEAD_BYTES": f"{_OFFICE}::test_the_head_of_a_request_may_have_the_limit_of_bytes_and_no_more",
    },
}
