"""The JSON Schema of a programme: it takes what the reader takes, and refuses what an editor can know to be wrong."""

from __future__ import annotations

import inspect
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from loyalty.conditions import CONDITIONS
from loyalty.documents.programme_aspects import ASPECT_OF, ASPECTS
from loyalty.documents.programme_file import read_programme
from loyalty.documents.programme_said import described
from loyalty.documents.programme_schema import Recorder, keys_of, programme_schema, recorded
from loyalty.documents.programme_words import NOUNS, TITLES, VALUES, WORDS
from loyalty.documents.section import Section
from loyalty.rewards import REWARDS
from tests.support.programme_examples import documents

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(
    path for path in (ROOT / "loyalty" / "programmes").glob("*.toml") if not path.name.endswith(".cases.toml")
)
SCHEMA = programme_schema("en")
VALIDATOR = Draft202012Validator(SCHEMA)
HEAD = 'id = "p"\nversion = 1\nname = { ru = "П", en = "P" }\n'
CAMPAIGN = HEAD + '[[campaign]]\nid = "c"\nname = { ru = "А", en = "A" }\n'
RIGHT = CAMPAIGN + 'reward = { type = "percent", rate_bp = 10 }\n'


def json_of(value: object) -> object:
    """A TOML value as an editor hands it to a schema: dates are texts."""
    if isinstance(value, dict):
        return {key: json_of(each) for key, each in value.items()}
    if isinstance(value, list):
        return [json_of(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def mistakes(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(json_of(tomllib.loads(text)))]


def test_the_schema_itself_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["required"] == ["id", "version", "name"]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_every_programme_that_comes_with_the_product_fits(path: Path) -> None:
    assert mistakes(path.read_text("utf-8")) == []


def test_every_example_of_the_page_fits() -> None:
    assert {text: found for text in documents() if (found := mistakes(text))} == {}


@pytest.mark.parametrize(
    "wrong",
    [
        RIGHT + "prioriti = 1",
        RIGHT + "priority = -1",
        RIGHT + "priority = 1_000_001",
        RIGHT + 'priority = "1"',
        RIGHT + "priority = 1.5",
        RIGHT + 'asked = "yes"',
        RIGHT + 'base = "runing"',
        RIGHT + "cap = { line_mnor = 5 }",
        RIGHT + "cap = []",
        RIGHT + "limits = [{ times = 1 }]",
        RIGHT + 'limits = [{ period = "week" }, { period = "year" }]',
        RIGHT + 'conditions = [{ type = "weekdays", days = ["sunday"] }]',
        RIGHT + 'conditions = [{ type = "weekday", days = ["sun"] }]',
        RIGHT + 'conditions = [{ type = "quantity", min_pieces = 0 }]',
        RIGHT + 'conditions = [{ type = "quantity", days = ["sun"] }]',
        RIGHT + 'conditions = [{ type = "hours", windows = ["12-14"] }]',
        RIGHT + 'conditions = [{ type = "dates", first = "30.11.2026" }]',
        RIGHT + 'conditions = [{ type = "products", excluded = { category = ["a"] } }]',
        RIGHT + 'conditions = [{ days = ["sun"] }]',
        RIGHT + "conditions = [1]",
        RIGHT.replace("rate_bp = 10", "rate_bp = 10_001"),
        RIGHT.replace("rate_bp = 10", "rate_bp = 10, pice = 5"),
        RIGHT.replace(", rate_bp = 10", ""),
        RIGHT.replace('"percent"', '"points_multiplier"'),
        RIGHT.replace('"c"', '"С кириллицей"'),
        CAMPAIGN,
        HEAD + "roundign = 'floor'",
        HEAD + "rounding = 'up'",
        HEAD + "[redeem]\nmax_share_bp = 10_001",
        HEAD + "[codes]\ncard_prefixes = ['29a']",
        HEAD + "[[status]]\nid = 'a'\nname = { ru = 'А' }\nearn_bp = 1",
        HEAD + "status = { id = 'a' }",
        HEAD.replace("version = 1", "version = 0"),
        HEAD.replace("version = 1\n", ""),
        HEAD.replace("П", ""),
        HEAD.replace("П", "П" * 201),
    ],
)
def test_what_an_editor_can_know_to_be_wrong_is_refused(wrong: str) -> None:
    assert mistakes(wrong)


def test_a_key_is_required_only_where_the_reader_insists_whatever_else_is_there() -> None:
    assert mistakes(RIGHT) == []
    assert mistakes(RIGHT + 'conditions = [{ type = "quantity", min_weight_g = 1 }, { type = "who" }]') == []
    cheapest = RIGHT.replace("rate_bp = 10", 'rate_bp = 10, on = "cheapest", pieces = 2, each = 3')
    assert mistakes(cheapest) == []


def test_a_reader_s_questions_are_recorded_over_all_its_answers() -> None:
    def read(section: Section) -> object:
        if section.choice("kind", ("a", "b")) == "a":
            return section.whole("only_a", 1, 5)
        if section.has("seldom"):
            section.text("seldom", limit=7)
        return section.texts("always", re.compile("x+"), "xx")

    top = recorded(read)
    asked = {key: (schema, top.asks[key].needed == top.visits) for _, key, schema in keys_of(top)}
    assert asked == {
        "kind": ({"enum": ["a", "b"]}, True),
        "only_a": ({"type": "integer", "minimum": 1, "maximum": 5}, False),
        "seldom": ({"type": "string", "minLength": 1, "maxLength": 7}, False),
        "always": ({"type": "array", "maxItems": 5000, "items": {
            "type": "string", "maxLength": 200, "pattern": "^(?:x+)$", "examples": ["xx"]}}, False),
    }  # fmt: skip


def test_a_key_that_is_asked_for_only_where_it_is_there_is_not_required() -> None:
    def read(section: Section) -> object:
        return section.whole("here", 1, 2), section.whole("there", 1, 2) if section.has("there") else 0

    top = recorded(read)
    assert {key: ask.needed == top.visits for key, ask in top.asks.items()} == {"here": True, "there": False}


def test_a_recorder_answers_every_question_a_section_does() -> None:
    questions = {name for name, value in vars(Section).items() if inspect.isfunction(value) and name[0] != "_"}
    assert questions - set(vars(Recorder)) == {"at"}


def test_every_mechanic_is_one_of_the_choices() -> None:
    properties = SCHEMA["properties"]
    assert isinstance(properties, dict)
    campaign = properties["campaign"]["items"]["properties"]
    for mechanics, variants in (
        (REWARDS, campaign["reward"]["oneOf"]),
        (CONDITIONS, campaign["conditions"]["items"]["oneOf"]),
    ):
        assert {each["properties"]["type"]["const"] for each in variants} == set(mechanics)
        assert all(each["description"] for each in variants)


def test_every_key_mechanic_and_value_has_words_in_both_languages() -> None:
    """Another mechanic is explained, compared and completed as soon as documents/programme_words.py names its keys (and
    documents/programme_aspects.py the question a condition answers)."""
    keys = list(keys_of(recorded(read_programme)))
    assert {key for of, key, _ in keys if f"{of}.{key}" not in WORDS and key not in WORDS} == set()
    assert {(of, key) for of, key, _ in keys if described(key, "en", of) in (key, "…", "")} == set()
    assert {*CONDITIONS, *REWARDS} - set(TITLES) == set()
    assert set(CONDITIONS) - set(ASPECT_OF) == set()
    values = {(key, each) for _, key, schema in keys for each in enum_of(schema) if not each.isdigit()}
    assert {(key, each) for key, each in values if f"{key}.{each}" not in VALUES and each not in VALUES} == set()


def enum_of(schema: object) -> list[str]:
    """The words a value, or each of a list, may be."""
    if not isinstance(schema, dict):
        return []
    return [*schema.get("enum", ()), *enum_of(schema.get("items"))]


def test_no_words_are_kept_for_what_is_gone() -> None:
    keys = list(keys_of(recorded(read_programme)))
    there = {name for of, key, _ in keys for name in (key, f"{of}.{key}")} | {"reach", "type"}
    assert set(WORDS) - there == set()
    assert set(NOUNS) - there == set()
    assert set(ASPECT_OF) - set(CONDITIONS) == set()
    assert set(ASPECT_OF.values()) <= set(ASPECTS)
