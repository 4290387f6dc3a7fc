"""A language is data: its words and sentences are in TOML files, whole, and one more takes no line of Python."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import index
from index.tables import NEVER, Tables
from index.text import fold

ROOT = Path(index.__file__).parents[1]
DUTCH = Path(__file__).with_name("files") / "dutch"
LEXICON, PACKS = ROOT / "index/text/lexicon", ROOT / "rag/language/packs"
FILES = sorted(path for folder in (LEXICON, PACKS) for path in folder.glob("[!_]*.toml"))
CODES = {path.stem for path in FILES}
MODULES = sorted(path for top in ("index", "rag") for path in (ROOT / top).rglob("*.py"))
by_file = pytest.mark.parametrize("path", [*FILES, *DUTCH.glob("*.toml")], ids=lambda path: "/".join(path.parts[-2:]))


def said(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def keys(data):
    """The keys of a file: "name" at its top, "section.name" in a section."""
    return {
        f"{section}.{name}" if isinstance(names, dict) else section
        for section, names in data.items()
        for name in (names if isinstance(names, dict) else [section])
    }


def asked_for():
    """(method, key) of every table that the modules ask the files for."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if (name := ast.unparse(node.func.value)) in ("PACKS", "LEXICON") and node.args:
                yield name, node.func.attr, ast.literal_eval(node.args[0])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_holds_words_by_language(path):
    """A dict with two languages for keys belongs into their files."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            found = {key.value for key in node.keys if isinstance(key, ast.Constant)} & CODES
            assert len(found) < 2, f"line {node.lineno}: {sorted(found)}"


PROSE = {"messages", "prompt", "instructions", "overview", "rewriting", "reasons", "suggestions", "generator", "names"}
"""Sections of sentences and names: their words are not those by which rules go."""
NOT_WORDS = {
    ("index/extraction/pages/surroundings.py", "(?:^|["): "names of classes, as pages have them",
    ("index/extraction/pages/boxes.py", "(?:^|["): "names of classes, as pages have them",
    ("index/extraction/pages/fact_boxes.py", "(?:^|["): "names of classes, as pages have them",
    ("index/extraction/pages/facts.py", "(?:^|["): "names of classes, as pages have them",
    ("index/extraction/pages/passages.py", ""): "names of classes and elements, as pages have them",
    ("index/extraction/pages/restoration.py", ""): "names of classes and elements, as pages have them",
    ("index/text/calendar.py", "(?<![^"): "endings of a day's number, the same in whichever language",
    ("index/text/calendar.py", ")\\.?[\\s_-]"): "endings of a day's number, the same in whichever language",
    ("index/text/calendar.py", "[\\s._/-]{1,3}(?:(?:de"): "between day, month and year, the same in whichever language",
    ("index/extraction/note_calls.py", "p div li td"): "elements of HTML",
    ("index/skip_reason.py", ""): "codes, and the lines they stand for",
    ("index/backup/archive.py", "library/(manifest"): "names of files",
    ("index/extraction/exports/iramuteq.py", ""): "names of variables, as corpora have them",
    ("index/extraction/exports/europresse.py", ""): "what an export prints around an article",
    ("index/extraction/exports/europresse_pdf.py", ""): "what an export prints around an article",
    ("index/extraction/exports/factiva.py", ""): "what an export prints around an article",
    ("index/extraction/exports/nexis.py", ""): "what an export prints around an article",
    ("index/extraction/formats/references.py", ""): "letters as TeX writes them",
    ("index/extraction/exports/record.py", ""): "elements of HTML, names of fields",
    ("index/extraction/formats/rich_text.py", ""): "names of styles, as word processors have them",
    ("index/disk.py", "lock|CURRENT"): "names of files",
    ("index/extraction/html.py", "address article"): "elements of HTML",
    ("index/extraction/header.py", "^(?:(?:date"): "names of fields, as files have them",
    ("index/text/detection.py", "ar ca cs da"): "codes of languages",
    ("rag/generation/local_model.py", "<|start_head"): "marks of a chat template",
    ("rag/language/negation.py", "<\\|[\\w ]*"): "marks of chat templates",
}


def vocabulary():
    """Word -> languages whose files have it, by which rules go; accents folded."""
    found = {}

    def take(part, language):
        for text in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            take(text, language)
        for word in re.findall(r"[^\W\d_]{2,}", fold(part)) if isinstance(part, str) else ():
            found.setdefault(word, set()).add(language)

    for path in FILES:
        take({key: part for key, part in said(path).items() if key not in PROSE | {"without", "stemmer"}}, path.stem)
    return found


VOCABULARY = vocabulary()


def words_in(text):
    """Words of a string that are in the vocabulary, accents folded; no letters behind a backslash."""
    return [word for word in re.findall(r"(?<![\\\w])[^\W\d_]{2,}", fold(text)) if word in VOCABULARY]


def word_tables(code):
    """Strings and displays of a module that are tables of words of human languages, with the words; no docstrings.

    A rule is one when three of its alternatives have words of any language, and so is a row of words, or a display of them, with
    three that are not also English: English is what programs are written in.
    """
    tree = ast.parse(code)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        parts = [node, *getattr(node, "elts", ()), *getattr(node, "keys", ()), *getattr(node, "values", ())]
        texts = [each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if id(node) in docstrings or not texts or isinstance(node, ast.JoinedStr):
            continue
        is_row = isinstance(node, ast.Constant) and re.fullmatch(r"\s*(?:[\w'’-]+(?:\s+|$)){3,}", texts[0])
        is_rule = isinstance(node, ast.Constant) and "|" in texts[0]
        if not (is_row or is_rule or isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict)):
            continue
        parts = texts[0].split("|") if is_rule else [" ".join(texts)]
        found = [[w for w in words_in(part) if is_rule or "en" not in VOCABULARY[w]] for part in parts]
        if (sum(map(bool, found)) if is_rule else len({*found[0]})) >= 3:
            yield texts[0], sorted({word for words in found for word in words})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_holds_a_table_of_words(path):
    """Words by which a rule goes belong into the files of their languages, from where a new language adds its own."""
    name = path.relative_to(ROOT).as_posix()
    for text, words in word_tables(path.read_text(encoding="utf-8")):
        is_known = any(name == file and text.startswith(start) for file, start in NOT_WORDS)
        assert is_known, f"{text[:60]!r} has {words}"


@pytest.mark.parametrize(
    "code",
    [
        r're.compile(r"\b(?:vrai|exact|verite|true|correct|fact)\b")',
        r're.search(rf"(?:le|la|les|{x}) ", text)',
        '_ARTICLES = {"le", "la", "les", "the"}',
        'TOGETHER = {"de le": "du", "de les": "des", "à le": "au"}',
        '_STARTS = frozenset("Der Die Das Ein Eine".split())',
        '_EVENTS = ("mort mour tue", "brul incend feu")',
        'x = "et|mais|dont" if y else ""',
        'def f():\n    """le, la, les|un"""\n    return ("quand", "où", "combien")',
    ],
)
def test_a_table_of_words_in_code_is_found(code):
    """As a rule, a set, a dict, a row; also inside a function, with or without accents."""
    assert list(word_tables(code))


@pytest.mark.parametrize(
    "code",
    [
        '"""Le, la, les: un | une."""',
        'KINDS = ("person", "place", "thing", "name")',
        'error = f"there is no article {x!r}: it is one of a|b"',
        "parts = 'index|rag|ui'",
        'text = "it was not read, and what is there is kept"',
        'if language in ("es", "it", "pt"): pass',
    ],
)
def test_what_a_program_says_is_no_table_of_words(code):
    assert not list(word_tables(code))


@by_file
def test_a_language_has_every_key_or_says_that_it_lacks_it(path):
    """French has them all; "without" lists the others' gaps, keys or whole sections, and nothing else."""
    folder = PACKS if path.parent == PACKS or path.stem == "pack" else LEXICON
    data = said(path)
    without = set(data.pop("without", ()))
    wanted = keys(said(folder / "fr.toml"))
    lacking = {key for key in wanted - keys(data) if key not in without and key.split(".")[0] not in without}
    assert not lacking
    there = keys(data) | {key.split(".")[0] for key in keys(data)}
    assert not without & there
    assert without <= wanted | {key.split(".")[0] for key in wanted}


def test_every_key_is_asked_for_and_every_table_is_there():
    """No file says anything that no module reads, and no module reads what no file says."""
    asked = {"PACKS": set(), "LEXICON": set()}
    for name, _, key in asked_for():
        asked[name].add(key)
    for name, folder in (("PACKS", PACKS), ("LEXICON", LEXICON)):
        written = set().union(*(keys(said(path)) for path in folder.glob("*.toml"))) - {"without", "languages"}
        sections = {key for key in asked[name] if any(each.startswith(f"{key}.") for each in written)}
        assert {key for key in written if key not in asked[name] and key.split(".")[0] not in sections} == set()
        assert asked[name] - sections <= written


@by_file
def test_the_rules_are_regular_expressions(path):
    """A slip of a translator fails here, not at the first question in that language."""
    data = said(path)
    rules = {key for _, method, key in asked_for() if method in ("rules", "pattern")}
    for key in rules & keys(data):
        section, _, name = key.rpartition(".")
        rule = data[section][name] if section else data[name]
        re.compile(rule if isinstance(rule, str) else "|".join(rule))


def run(code, *args):
    """What a fresh interpreter prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


OPENED = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and str(args[0]).endswith(".toml") and opened.append(str(args[0])))
"""


def test_importing_reads_no_file():
    """Neither the packages nor any module of them: a language is read when somebody uses it."""
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES]
    imports = "\n".join(f"import {name}" for name in ["rag", "ui.cli.commands", *names])
    assert run(f"{OPENED}\n{imports}\nprint(json.dumps(opened))") == []
    used = run(f"{OPENED}\nfrom rag.language import is_negated\nis_negated('non', 'fr')\nprint(json.dumps(opened))")
    assert {Path(each).name for each in used} == {"_all.toml", "fr.toml"}


def test_the_process_that_reads_files_has_its_words_before_it_can_open_nothing_more():
    """Where a sentence ends is told by words of all languages."""
    code = f"""{OPENED}
from index.extraction import worker
from index.text import sentences
worker._warm()
before = len(opened)
found = [list(sentences(each)) for each in ("M. Weber kam am 3. Februar.", "Der 27. Marathon in Bonn.")]
print(json.dumps([before, len(opened), found]))"""
    before, after, found = run(code)
    assert before == after > len(list(LEXICON.glob("*.toml"))) - 1
    assert [len(each) for each in found] == [1, 1]


# --- the files' reader ------------------------------------------------------------------------------------------------


@pytest.fixture
def tables(tmp_path):
    """Three languages, one of which is put first."""
    (tmp_path / "_all.toml").write_text('languages = "it"\n[words]\nshared = "x"', encoding="utf-8")
    (tmp_path / "it.toml").write_text('[words]\nyes = "si"\nrule = ["s[ìi]", "certo"]\nsets = "a b"', encoding="utf-8")
    (tmp_path / "de.toml").write_text('[words]\nyes = "ja"\nrule = "ja+"\nsets = "b c"', encoding="utf-8")
    (tmp_path / "da.toml").write_text('[words]\nno = "nej"', encoding="utf-8")
    return Tables(tmp_path)


def test_a_table_has_the_languages_that_say_something_in_their_order(tables):
    """The recorded order, then by code; nothing is known of a language without a file."""
    assert tables.languages == ("it", "da", "de")
    yes = tables.texts("words.yes")
    assert dict(yes) == {"it": "si", "de": "ja"} and len(yes) == 2
    assert "da" not in yes and yes.get("xx") is None and yes.get("_all") is None and yes.get("../it") is None
    assert tables.shared("words.shared") == "x" and tables.shared("words.none") is None


def test_what_no_file_says_is_no_rule(tables):
    """A list is its alternatives; a language without any matches nothing."""
    rules = tables.rules("words.rule")
    assert (rules.of("it"), rules.of("de")) == ("s[ìi]|certo", "ja+")
    assert rules.of("da") == rules.of("xx") == NEVER
    assert not tables.pattern("words.none").search("anything") and tables.pattern("words.none", "a{}?").search("a")


def test_the_languages_together_are_one_pattern_or_one_set(tables):
    """Where nobody knows the language, those of all languages count."""
    pattern = tables.pattern("words.rule", r"\b(?:{})!", re.IGNORECASE)
    assert pattern.compiled.pattern == r"\b(?:s[ìi]|certo|ja+)!"
    assert [match.group() for match in pattern.finditer("Sì! Jaaa! no! certo!")] == ["Sì!", "Jaaa!", "certo!"]
    words = tables.all_words("words.sets")
    assert list(words) == ["a", "b", "c"] and words - {"a"} == {"b", "c"} and {"z"} | words == {"a", "b", "c", "z"}


# --- Dutch ------------------------------------------------------------------------------------------------------------

ASK_DUTCH = """
import json, sys
from datetime import date
from pathlib import Path
from index.text.lexicon import LEXICON
from rag.language.packs import PACKS
LEXICON.folder, PACKS.folder = Path(sys.argv[1]), Path(sys.argv[2])
from index.text import detect, fold, months, sentences
from rag.conversation import Turn, standalone
from rag.evaluation.answer_spans import askable
from rag.evaluation.generator_prompts import asks_for
from rag.filters import Known, find, line
from rag.filters.dates import Calendar
from rag.generation.prompts import prefix
from rag.language import is_negated, mentions, numbers, wording
from rag.overview.wording import words as said_in
from rag.query import kind_of, recognise, split
from rag.verification.yes_no import polarity, word_of
known = Known(Calendar(date(2026, 11, 16), frozenset({"2026-03-12"})), {"anp": "ANP"}, 1.0)
intent = recognise("Wat zeggen mijn artikelen over de brug?")
parts = split("Wanneer is de brug gebouwd en wie heeft de brug betaald?", "nl")
found = find("Hoeveel gewonden vielen er in de artikelen van maart 2026?", "nl", known)
turns = [Turn("Wanneer ging de brug in Vernay open?", "Maandag.", "nl")]
print(json.dumps({
    "language": detect("Wanneer gaat de brug van de stad weer open?"),
    "month": months()["maart"],
    "sentences": len(list(sentences("De heer Jansen, dhr. Bakker en mevr. Visser kwamen. Zij bleven."))),
    "kind": [kind_of(q, "nl") for q in ("Waarom is de brug dicht?", "Is de brug open?", "Wie bouwde de brug?")],
    "intent": [intent.kind, intent.language, intent.topic],
    "thanks": recognise("Dank je wel!").is_thanks,
    "parts": [part.question for part in parts.parts],
    "filter": [found.first, found.last, found.question, line(found, "nl").split(":")[0]],
    "follow-up": standalone("En in Utrecht?", turns, "nl"),
    "numbers": sorted(numbers("twee miljoen euro en 41 mensen", "nl")),
    "negation": [is_negated("De brug is niet open.", "nl"), is_negated("De brug is open.", "nl")],
    "noun": [each.text for each in mentions("Wat kostte de brug van Vernay?", "nl")],
    "verdict": polarity("Is de brug gesloten?", "De brug is gesloten.", "", "nl"),
    "word": word_of("Ja, de brug is open.", "nl"),
    "reason": [each.kind for each in askable("De brug is dicht omdat het hout verrot is, zegt de stad.", "nl")],
    "asks": [asks_for("Wie bouwde de brug?", "name", "nl"), asks_for("De brug is open.", "name", "nl")],
    "prompt": prefix("nl")[0].content,
    "not found": wording("nl").not_found,
    "thanks said": said_in("nl").thanks,
}))
"""


def test_a_language_is_added_by_its_files_alone(tmp_path):
    """Dutch, of which only stop words and one sentence are known otherwise, is asked and answered like the others."""
    for folder, name in ((LEXICON, "lexicon"), (PACKS, "pack")):
        shutil.copytree(folder, tmp_path / name)
        shutil.copy(DUTCH / f"{name}.toml", tmp_path / name / "nl.toml")
    found = run(ASK_DUTCH, tmp_path / "lexicon", tmp_path / "pack")
    assert found == {
        "language": "nl",
        "month": 3,
        "sentences": 2,
        "kind": ["reason", "yes_no", "fact"],
        "intent": ["about", "nl", "de brug"],
        "thanks": True,
        "parts": ["Wanneer is de brug gebouwd?", "Wie heeft de brug betaald?"],
        "filter": [
            "2026-03-01",
            "2026-03-31",
            "Hoeveel gewonden vielen er?",
            "Gezocht in alle artikelen, zonder ‘in de artikelen van maart 2026’",
        ],
        "follow-up": "Wanneer ging de brug in Utrecht open?",
        "numbers": [41.0, 2e6],
        "negation": [True, False],
        "noun": ["de brug van Vernay"],
        "verdict": "yes",
        "word": ["yes", "De brug is open."],
        "reason": ["reason", "phrase"],
        "asks": [True, False],
        "prompt": said(DUTCH / "pack.toml")["prompt"]["system"],
        "not found": "Dat staat niet in uw artikelen.",
        "thanks said": "Graag gedaan.",
    }
