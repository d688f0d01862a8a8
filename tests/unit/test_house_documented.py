"""What the documents promise is there, and what is there is documented: commands, variables, links, anchors."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from typer.core import TyperArgument, TyperOption
from typer.main import get_command

from loyalty.sentences import Lang
from sync_server.cli import app as server_app
from terminal.cli import app as till_app
from terminal.ui.keys import KEYS
from terminal.ui.words import Words
from tests.support.pictures import SCENES, path_of, picture, texts_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted((*ROOT.glob("*.md"), *DOCS.glob("*.md")))
SETTINGS = (DOCS / "SETTINGS.md").read_text("utf-8")
SOURCES = ("loyalty", "devices", "terminal", "sync_server", "benchmarks", "tests/support", "tests/simulation", ".ci")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"\b(?:KOPILKA|XDG|LC)_[A-Z_]+\b|\bLANG\b")
OPTIONS, ARGUMENTS = click.Option | TyperOption, click.Argument | TyperArgument
EVERYWHERE = frozenset({"CI", "LANG", "LC_ALL", "LC_MESSAGES"})


def commands(name: str, app: Any) -> Iterator[tuple[str, list[Any]]]:
    """Every command by its words, with its parameters."""
    found: list[tuple[str, Any]] = [(name, app)]
    while found:
        words, command = found.pop()
        inner = command.list_commands(None) if hasattr(command, "list_commands") else []
        found += [(f"{words} {each}", command.get_command(None, each)) for each in inner]
        if not inner:
            yield words, [p for p in command.params if isinstance(p, OPTIONS | ARGUMENTS)]


COMMANDS = [*commands("kopilka", till_app), *commands("kopilka-server", get_command(server_app))]


def section(words: str) -> str:
    """The part of SETTINGS.md for a program."""
    return SETTINGS.partition(f"## `{words.partition(' ')[0]}`:")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("words", "parameters"), COMMANDS, ids=[words for words, _ in COMMANDS])
def test_every_command_and_option_is_in_the_settings(words: str, parameters: list[Any]) -> None:
    page = section(words)
    (row,) = re.findall(rf"^\| `{words}((?: [^`]*)?)` \|", page, re.MULTILINE)
    arguments = [each.name for each in parameters if isinstance(each, ARGUMENTS)]
    assert [name.strip("[]…").lower() for name in row.split()] == arguments
    last = words.partition(" ")[2]
    for option in (each for each in parameters if isinstance(each, OPTIONS)):
        rows = re.findall(rf"^\| `{option.opts[0]}(?: [^`]+)?` \|([^|]*)\|([^|]*)\|", page, re.MULTILINE)
        mine = [default for of, default in rows if of.startswith(" all") or f"`{last}`" in of]
        assert mine, f"{words} {option.opts[0]}"
        if isinstance(option.default, int | float) and not isinstance(option.default, bool):
            assert any(str(option.default) in default for default in mine), option.opts[0]


def test_no_command_or_option_is_in_the_settings_that_is_not_there() -> None:
    told = {row.partition(" [")[0] for row in re.findall(r"^\| `(kopilka[^`]*)`", SETTINGS, re.MULTILINE)}
    assert {re.sub(r" [A-Z…]+", "", row) for row in told} == {words for words, _ in COMMANDS}
    known = {option for _, parameters in COMMANDS for each in parameters for option in each.opts}
    assert set(re.findall(r"^\| `(--[\w-]+)", SETTINGS, re.MULTILINE)) <= known


def variables() -> set[str]:
    """Names the sources read from the environment, as texts in them."""
    texts = set()
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.add(node.value)
    shaped = {text for text in texts if VARIABLE.fullmatch(text)} | (EVERYWHERE & texts)
    return shaped | set(re.findall(r"\b(KOPILKA_[A-Z_]+)=", (ROOT / "Makefile").read_text("utf-8")))


def test_every_variable_of_the_environment_is_in_the_settings() -> None:
    told = set(re.findall(r"`([A-Z_]{2,})`", SETTINGS.partition("## The environment")[2].partition("\n`make`")[0]))
    assert told == variables()


def test_the_commands_quoted_in_the_documents_are_there() -> None:
    known = sorted((words for words, _ in COMMANDS), key=len, reverse=True)
    options = {words: {option for each in p for option in each.opts} | {"--help"} for words, p in COMMANDS}
    for page in PAGES:
        for quoted in re.findall(r"(?:^|`)(kopilka(?:-server)? [a-z][^`\n]*)", page.read_text("utf-8"), re.MULTILINE):
            words = next((each for each in known if f"{quoted} ".startswith(f"{each} ")), None)
            groups = {each.rpartition(" ")[0] for each in known}
            assert words or quoted.strip() in groups, f"{page.name}: {quoted}"
            for option in re.findall(r"(?<=\s)(--[a-z-]+)", quoted.partition("#")[0]):
                assert words in options, f"{page.name}: {quoted}"
                assert option in options[words], f"{page.name}: {quoted}"


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as they are made on the web: letters and digits kept, blanks to hyphens."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"https?://|mailto:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(there.read_text("utf-8")), target


def test_every_document_is_linked_from_another() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in LINK.findall(page.read_text("utf-8"))
        if not target.startswith(("http", "#"))
    }
    files = {path for path in DOCS.rglob("*") if path.is_file()}
    assert {path.relative_to(ROOT).as_posix() for path in files - linked} == set()


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    english, russian = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.ru.md"))
    shapes = []
    for text in (english, russian):
        levels = [len(found) for found in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]
        fences = [re.sub(r"#.*|[А-ЯA-Z]+(?=\.(?:csv|toml))", "", block) for block in FENCE.findall(text)]
        links = [re.sub(r"\.ru(?=\.(?:md|svg))|#.*", "", target) for target in LINK.findall(text)]
        quoted = re.findall(r"`((?:kopilka|make)[^`]*)`", text)
        shapes.append((levels, [" ".join(each.split()) for each in fences], set(links) - {"README.md"}, set(quoted)))
    assert shapes[0][0] == shapes[1][0]
    assert shapes[0][1] == shapes[1][1]
    assert shapes[0][2] == shapes[1][2]
    assert shapes[0][3] == shapes[1][3]


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("name", sorted(SCENES))
def test_the_pictures_are_light_and_need_nothing_from_elsewhere(name: str, lang: Lang) -> None:
    svg = path_of(name, lang).read_text("utf-8")
    assert len(svg) < 40_000
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)|@font-face|@import|<script|<image|url\(", svg) == []
    words = Words(lang)
    assert {words.text(key.label) for key in KEYS} <= set(texts_of(svg))


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("name", sorted(SCENES))
def test_the_pictures_say_what_the_screen_says_today(name: str, lang: Lang) -> None:
    today = texts_of(asyncio.run(picture(SCENES[name], lang)))
    shown = texts_of(path_of(name, lang).read_text("utf-8"))
    assert shown == today, "the screen has changed: paint the pictures anew with python -m tests.support.pictures"
