"""Words as the keyword leg compares them: what a person types on any keyboard meets what the article has."""

import random
import unicodedata

import pytest

from index.text import normalize as language
from index.text.detection import detect
from index.text.normalize import fold, plain_numbers, words
from index.text.stemming import stem, terms


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Déficit Européen", "deficit europeen"),
        ("ÉLÈVES", "élèves"),
        (unicodedata.normalize("NFD", "été déçu à Noël"), "été déçu à Noël"),
        (unicodedata.normalize("NFD", "été"), "ete"),
        ("cœur de bœuf", "coeur de boeuf"),
        ("ŒUVRE", "oeuvre"),
        ("Straße", "STRASSE"),
        ("ﬁnance ﬀ", "finance ff"),
        ("Łódź Ørsted", "lodz orsted"),
        ("İstanbul ıssız", "istanbul issiz"),
        ("ＡＢＣ １２", "abc 12"),
        ("l’école", "l'école"),
        ("l‘école", "l'ecole"),
        ("lʼÉcole", "ecole"),
        ("l'école", "ecole"),
        ("L’ÉCOLE", "ecole"),
        ("l`école", "ecole"),
        ("jusqu’à", "a"),
        ("qu’il d’abord s’est n’y", "il abord est y"),
        ("so\u00adcié\u200bté", "societe"),
        ("\u202esociété\u202c", "societe"),
        ("\ufeffpont", "pont"),
        ("3\u202f500\u202f000", "3500000"),
        ("3\u00a0500\u00a0000", "3500000"),
        ("3\u2009500\u2009000", "3500000"),
        ("3 500 000", "3500000"),
        ("3.500.000", "3,500,000"),
        ("12’000", "12 000"),
        ("1,5", "1.5"),
        ("3,2 millions", "3.2 millions"),
        ("1.500,25", "1,500.25"),
        ("0,125", "0.125"),
    ],
)
def test_the_same_word_typed_otherwise_is_the_same_word(typed, written):
    """Accents, capitals, NFD, ligatures, apostrophes, invisible characters and digit groups make no difference."""
    assert words(typed) == words(written) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("1,5", "15"), ("0,125", "125"), ("2023 2024", "20232024"), ("12 34", "1234"), ("1984", "198"), ("pont", "port")],
)
def test_different_words_stay_different(one, other):
    """Folding does not make one number, or one word, into another."""
    assert words(one) != words(other)


def test_words_are_cut_and_kept_in_order():
    """Punctuation and markup fall away; hyphens, dates and decimals give what a query would hold."""
    assert words("« Non ! », a-t-il dit ; 3,2 millions d’euros (2024-03-14).") == [
        "non", "a", "t", "il", "dit", "3.2", "millions", "euros", "2024", "03", "14",
    ]  # fmt: skip
    assert words("__init__ <b>gras</b>") == ["init", "b", "gras", "b"]
    assert words("") == words(" … — ! ___") == []


def test_unspaced_scripts_become_pairs():
    """Chinese has no spaces: neighbouring characters are what a query and an article share."""
    assert words("大桥开放") == ["大桥", "桥开", "开放"]
    assert set(words("大桥")) < set(words("大桥开放"))


def test_italian_articles_are_cut_in_italian_only():
    """ "dell'acqua" is "acqua" in Italian."""
    assert words("dell’acqua", "it") == ["acqua"]
    assert words("dell", "fr") == ["dell"]


@pytest.mark.parametrize(
    ("language", "question", "article"),
    [
        ("fr", "COMBIEN A COUTE LE CHANTIER ?", "les chantiers ont coûté"),
        ("fr", "travaux du pont", "le travail des ponts"),
        ("en", "When were the bridges reopened?", "The bridge reopened"),
        ("es", "¿Cuándo reabrieron los puentes?", "El puente reabrió"),
        ("de", "Wann wurden die Brücken geöffnet?", "Brücke"),
    ],
)
def test_terms_meet_across_forms(language, question, article):
    """Plural, accents and capitals do not keep a question from its article; function words are not counted."""
    shared = set(terms(question, language)) & set(terms(article, language))
    assert shared
    assert not shared & {"le", "la", "les", "the", "a", "el", "los", "die"}


def test_terms_of_question_words_are_empty():
    """A question of function words alone asks the keyword leg for nothing."""
    assert terms("Qui est-ce ?", "fr") == []
    assert terms("What is it?", "en") == []


def test_numbers_and_unknown_languages_are_not_stemmed():
    """A figure stays as it is; so does a word of a language without a stemmer."""
    assert stem("2024", "fr") == "2024"
    assert stem("мости", "uk") == "мости"
    assert stem("ponts", "fr") == "pont"


def test_fold_and_plain_numbers_do_not_grow_text_wildly():
    """10,000 combining marks on a letter fold to that letter."""
    assert fold("e" + "\u0301" * 10_000) == "e"
    assert plain_numbers("1 234 567,5 et 12.5") == "1234567.5 et 12.5"


QUESTIONS = {
    "fr": """Quand le pont rouvre-t-il ?|Qui est la maire ?|Combien a coûté le chantier ?|Pourquoi la grève ?
        Où se trouve le musée d'Aigremont ?|Quel est le montant du déficit ?|Que dit le rapport ?|quand rouvre le pont
        A-t-il démissionné ?|Combien de blessés ?|OU EST LE MUSEE""",
    "en": """When does the bridge reopen?|Who is the mayor?|How much did it cost?|Why did the strike end?
        Where is the museum?|What does the report say?|How many people were injured?|Has the minister resigned?|Who won?""",
    "es": """¿Cuándo reabre el puente?|¿Quién es la alcaldesa?|¿Cuánto costó la obra?|¿Por qué terminó la huelga?
        ¿Dónde está el museo?|¿Cuántas personas resultaron heridas?""",
    "de": """Wann wird die Brücke wieder geöffnet?|Wer ist die Bürgermeisterin?|Wie viel hat es gekostet?
        Warum endete der Streik?|Wo ist das Museum?|Wie viele Menschen wurden verletzt?""",
    "it": """Quando riapre il ponte?|Chi è il sindaco?|Quanto è costato il cantiere?|Perché è finito lo sciopero?
        Dove si trova il museo?|Quante persone sono rimaste ferite?""",
    "pt": """Quando é que a ponte reabre?|Quem é a presidente da câmara?|Quanto custou a obra?|Porque terminou a greve?
        Onde fica o museu?|Quantas pessoas ficaram feridas?""",
    "nl": "Wanneer gaat de brug weer open?",
    "ru": "Когда откроется мост?",
    "el": "Πότε ανοίγει η γέφυρα;",
    "ar": "متى يعاد فتح الجسر؟",
    "he": "מתי ייפתח הגשר?",
    "hi": "पुल कब खुलेगा?",
    "th": "สะพานจะเปิดอีกครั้งเมื่อไร",
    "zh": "大桥什么时候重新开放？",
    "ja": "橋はいつ再開しますか？",
    "ko": "다리는 언제 다시 열리나요?",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "question"),
    [(code, each.strip()) for code, text in QUESTIONS.items() for each in text.replace("\n", "|").split("|")],
)
def test_short_questions_show_their_language(language, question):
    """The language of a question decides in which one it is answered."""
    assert detect(question) == language


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Who is Gábor Hidvégi?"),
        ("en", "Who is François Bayrou?"),
        ("de", "Wer ist François Bayrou?"),
        ("es", "¿Quién es François Bayrou?"),
        ("fr", "Quand Erdoğan a-t-il rencontré Orbán ?"),
    ],
)
def test_a_foreign_name_does_not_change_the_language(language, question):
    """Its letters are those of another alphabet, in a question of any language."""
    for default in ("fr", "en", "de"):
        assert detect(question, default) == language


@pytest.mark.parametrize("text", ["", "?", "2024", "12,5 %", "🌉", " \u202f"])
def test_text_without_letters_has_the_default_language(text):
    """What has no language is taken as the caller says."""
    assert detect(text) == "fr"
    assert detect(text, default="en") == "en"


def test_fold_is_what_it_is_letter_by_letter():
    """Whole pieces are replaced at once; each letter, looked at alone, gives the same."""
    draw = random.Random(5)
    blocks = [(32, 0x250), (0x300, 0x370), (0x1E00, 0x2100), (0x370, 0x600), (0x1F300, 0x1F600), (0xAC00, 0xAD00)]
    for _ in range(500):
        text = "".join(chr(draw.randrange(*draw.choice(blocks))) for _ in range(draw.randrange(40)))
        text += draw.choice(["", "L’Œuvre à 20 °C, où l'on a bu; ÉTÉ", "naïve I\u0307stanbul straße"])
        lowered = language._INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
        spelt = unicodedata.normalize("NFD", lowered.translate(str.maketrans(language._LIGATURES)))
        assert fold(text) == "".join(char for char in spelt if not unicodedata.combining(char)), ascii(text)
