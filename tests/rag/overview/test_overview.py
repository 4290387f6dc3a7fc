"""Questions about the articles themselves: told from facts by rule, answered from the articles, cited like any
answer."""

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from index.text.normalize import fold
from rag.overview.lexrank import body, ranked
from rag.overview.wording import WORDS, words
from rag.pipeline.answerer import Answerer
from rag.query.intent import recognise
from rag.reader.lexical import OverlapReader

GREETINGS = {
    "bonjour": "fr", "Salut !": "fr", "Qui es-tu ?": "fr", "aide": "fr", "hello": "en", "Hi there!": "en", "What can you do?": "en",
    "hola": "es", "¿Qué puedes hacer?": "es", "Guten Tag": "de", "Wer bist du?": "de", "ciao": "it", "Cosa sai fare?": "it",
    "olá": "pt", "Quem és?": "pt",
}  # fmt: skip
THANKS = {"merci beaucoup !": "fr", "Thank you so much": "en", "gracias": "es", "Vielen Dank": "de", "grazie mille": "it", "obrigado": "pt"}  # fmt: skip
CONTENTS = {
    "de quoi parlent mes articles ?": "fr", "Quels articles as-tu ?": "fr", "liste les articles": "fr", "combien d'articles y a-t-il ?": "fr",
    "What is in here?": "en", "list the articles": "en", "What are my articles about?": "en", "¿De qué hablan mis artículos?": "es",
    "Wovon handeln meine Artikel?": "de", "Di cosa parlano i miei articoli?": "it", "De que falam os meus artigos?": "pt",
}  # fmt: skip
SUMMARY = {
    "Résume l’article sur le pont de Vernay": ("fr", "le pont de Vernay"),
    "Bonjour, peux-tu me résumer l'article sur la grève s'il te plaît ?": ("fr", "la grève"),
    "De quoi parle 003.txt ?": ("fr", "003.txt"),
    "résume l'article": ("fr", ""),
    "summarise the ferry article": ("en", "ferry"),
    "Could you give me a summary of the article about the Teller Falls library?": ("en", "the Teller Falls library"),
    "Resume el artículo sobre el incendio": ("es", "el incendio"),
    "Fasse den Artikel über die Brücke zusammen": ("de", "die Brücke"),
    "Riassumi l'articolo sul ghiacciaio": ("it", "ghiacciaio"),
    "Resume o artigo sobre o ferry": ("pt", "o ferry"),
}
ABOUT = {
    "Que disent mes articles sur les batteries ?": ("fr", "les batteries"),
    "Parle-moi d’Hélène Marchand": ("fr", "Hélène Marchand"),
    "What do my articles say about the bridge?": ("en", "the bridge"),
    "Tell me about night trains": ("en", "night trains"),
    "¿Qué dicen mis artículos sobre las baterías?": ("es", "las baterías"),
    "Combien d’articles parlent du tramway ?": ("fr", "tramway"),
    "Dans combien de textes est-il question de la grève ?": ("fr", "la grève"),
    "Quels articles mentionnent Lureval ?": ("fr", "Lureval"),
    "How many of my articles are about the ferry?": ("en", "the ferry"),
    "Which articles mention the mayor?": ("en", "the mayor"),
    "Was sagen meine Artikel über Batterien?": ("de", "Batterien"),
    "Cosa dicono i miei articoli sulle batterie?": ("it", "batterie"),
    "O que dizem os meus artigos sobre as baterias?": ("pt", "as baterias"),
}
FACTS = (
    "Que contient le rapport d'enquête sur le pont ?",
    "Qui a dit bonjour au maire ?",
    "Combien d’articles le traité compte-t-il ?",
    "Résumé des pertes de l'entreprise ?",
    "Que dit l'article 5 de la Constitution ?",
    "De quoi parle l'article 49 alinéa 3 ?",
    "Bonjour, combien a coûté le pont ?",
    "Dis-moi qui est le maire",
    "Tell me how old the driver was",
    "Tell me about how the bridge fell",
    "What does the mayor say about the bridge?",
    "Merci de me dire quand le pont rouvre",
    "Que disent les syndicats de la réforme ?",
    "What is the article on the bridge saying about corrosion?",
    "Que contient la bibliothèque de Teller Falls ?",
    "¿Qué dice el alcalde sobre el puente?",
    "Was sagt der Bürgermeister über die Brücke?",
    "Parle-moi de ce pont où le car de la ligne 32 est tombé et dis quand il sera rouvert aux piétons",
)
SPELLINGS = (str, str.upper, fold, lambda text: text.replace("’", "'").replace("'", "’"), lambda text: f"  {text} ?! ")


@pytest.mark.parametrize("spell", SPELLINGS)
def test_each_kind_is_told_by_its_words_however_they_are_typed(spell):
    """In six languages, with or without accents, capitals and typographic apostrophes."""
    for question, language in GREETINGS.items():
        intent = recognise(spell(question))
        assert (intent.kind, intent.language, intent.is_thanks) == ("greeting", language, False), question
    for question, language in THANKS.items():
        intent = recognise(spell(question))
        assert (intent.kind, intent.language, intent.is_thanks) == ("greeting", language, True), question
    for question, language in CONTENTS.items():
        intent = recognise(spell(question))
        assert (intent.kind, intent.language, intent.topic) == ("contents", language, ""), question
    for kind, table in (("summary", SUMMARY), ("about", ABOUT)):
        for question, (language, topic) in table.items():
            intent = recognise(spell(question))
            assert (intent.kind, intent.language) == (kind, language), question
            assert fold(intent.topic) == fold(topic), question


def test_a_topic_keeps_the_capitals_and_accents_it_was_typed_with():
    """Names are known by their capitals."""
    assert recognise("Résume l’article sur le pont de Vernay ?").topic == "le pont de Vernay"
    assert recognise("Parle-moi d’Hélène Marchand").topic == "Hélène Marchand"


@pytest.mark.parametrize("question", FACTS)
def test_a_fact_is_not_taken_for_a_question_about_the_articles(question):
    """When in doubt it is a fact."""
    assert recognise(question) is None


def test_every_language_says_everything():
    """The same sentences in six languages, each its own; another language gets English."""
    for name in WORDS["fr"].__dataclass_fields__:
        said = [getattr(each, name) for each in WORDS.values()]
        assert all(said)
        holes = {
            tuple(sorted(part for part in ("{n}", "{shown}", "{names}", "{topic}", "{title}") if part in text))
            for text in said
        }
        assert len(holes) == 1, name
    assert len({each.hello for each in WORDS.values()}) == len(WORDS) == 6
    assert words("sv") == WORDS["en"]


# --- answers ------------------------------------------------------------------------------------------------------

TEXTS = {
    "2024-01_usine.txt": "Une usine de batteries à Brenn\n\nBRENN, 8 janvier 2024 (AGL) — La société Voltaire construira à Brenn une usine de batteries "
    "qui emploiera 900 personnes à partir de 2026.\n\nLe chantier coûtera 640 millions d’euros, selon la société.\n\nLe maire de Brenn se dit satisfait de cette "
    "décision attendue depuis longtemps.\n",
    "2024-05_retard.txt": "Voltaire repousse son usine de batteries\n\nL’usine de batteries de Voltaire à Brenn n’ouvrira pas avant l’année 2028, a annoncé la société "
    "mardi 14 mai 2024.\n\nElle n’emploiera que 700 personnes au lieu de 900.\n",
    "note.txt": "Le musée de Vernay rouvre ses portes\n\nLe musée municipal de Vernay a rouvert après trois ans de travaux et attend 60 000 visiteurs.\n",
}


@pytest.fixture
def answerer(tmp_path):
    """An Answerer over TEXTS (or others) with a model that says these replies."""

    def answerer(*replies, texts=TEXTS):
        folder = tmp_path / "shelf"
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        build(tmp_path / "lib", BagEmbedder(), [folder])
        return Answerer(tmp_path / "lib", BagEmbedder(), OverlapReader(), ScriptedLlm(*replies) if replies else None)

    return answerer


def are_exact(answer, answerer):
    """Is every citation the very characters of its lines?"""
    return all(
        "\n".join(answerer.article(c.span.article_id).lines[c.span.first - 1 : c.span.last])[c.start : c.end] == c.quote
        for claim in answer.claims
        for c in claim.citations
    )


def test_a_greeting_is_answered_without_any_model(answerer):
    """No claim, no search, no language model; the reply says what can be asked, in the language of the greeting."""
    shelf = answerer("never said")
    shelf.embedder.encode_query = None  # would raise
    answer = shelf.ask("hola")
    assert (answer.kind, answer.status, answer.claims, answer.hits) == ("greeting", "abstained", (), ())
    assert answer.text == WORDS["es"].hello
    assert shelf.ask("merci beaucoup").text == WORDS["fr"].thanks
    assert shelf.llm.prompts == []


def test_contents_are_the_titles_newest_first_each_cited(answerer):
    """One claim an article: its title where it stands, with its date; articles without a date come last."""
    shelf = answerer()
    answer = shelf.ask("De quoi parlent mes articles ?")
    assert (answer.kind, answer.status) == ("contents", "quoted")
    cited = [str(claim.citations[0].span) for claim in answer.claims]
    assert cited == ["2024-05_retard.txt:1", "2024-01_usine.txt:1", "note.txt:1"]
    assert answer.claims[1].text == "« Une usine de batteries à Brenn » (2024-01-08)"
    assert answer.claims[2].citations[0].quote == "Le musée de Vernay rouvre ses portes"
    assert answer.text.endswith("Nombre d’articles : 3.")
    assert are_exact(answer, shelf)


def test_a_long_list_is_cut_and_says_so(answerer):
    """Ten titles, and how many articles there are in all."""
    shelf = answerer(
        texts={
            f"{n:02}.txt": f"Titre numéro {n}\n\nUne phrase qui dit quelque chose du sujet {n}.\n" for n in range(14)
        }
    )
    answer = shelf.ask("list the articles")
    assert len(answer.claims) == 10
    assert "10 of 14" in answer.text


def test_contents_may_be_of_one_topic(answerer):
    """ "Which articles about …" lists those, and says when there is none."""
    shelf = answerer()
    answer = shelf.ask("Quels articles as-tu sur les batteries ?")
    assert {claim.citations[0].span.article_id for claim in answer.claims} == {
        "2024-01_usine.txt",
        "2024-05_retard.txt",
    }
    assert shelf.ask("Quels articles as-tu sur les volcans ?").status == "abstained"


def test_how_many_articles_speak_of_something_is_counted_in_all_of_them(answerer):
    """Each with a line, and no number that one of them happens to give."""
    law = "La loi\n\nLa loi sur les abeilles compte trois articles, dit le maire de Ville"
    texts = {f"{n:02}.txt": f"{law}{n}.\n" for n in range(12)}
    others = {"x.txt": "Le maire\n\nUne abeille a piqué le maire.\n", "y.txt": "Une loi\n\nElle parle des chats.\n"}
    shelf = answerer(texts=texts | others)
    answer = shelf.ask("Combien d’articles parlent des abeilles ?")
    assert (answer.kind, answer.status) == ("about", "quoted")
    assert len({claim.citations[0].span.article_id for claim in answer.claims}) == 10
    assert "Articles où figure « abeilles » : 13." in answer.text
    assert "13." not in shelf.ask("Que disent mes articles sur les abeilles ?").text


def test_what_articles_say_is_quoted_article_by_article(answerer):
    """Those that disagree are all there, oldest first, each by its name."""
    shelf = answerer()
    answer = shelf.ask("Que disent mes articles sur l’usine de batteries ?")
    assert (answer.kind, answer.status) == ("about", "quoted")
    cited = list(dict.fromkeys(claim.citations[0].span.article_id for claim in answer.claims))
    assert cited == ["2024-01_usine.txt", "2024-05_retard.txt"]
    assert {claim.origin for claim in answer.claims} == {"quote"}
    assert all(f"{claim.citations[0].span.article_id} (" in answer.text for claim in answer.claims)
    assert answer.claims[0].citations[0].quote.startswith("La société Voltaire construira")  # without the dateline
    assert are_exact(answer, shelf)


@pytest.mark.parametrize(
    "question",
    [
        "Que disent mes articles sur les volcans ?",
        "Tell me about Taylor Swift",
        "Parle-moi du musée de Lyon",
        "Résume l’article sur les volcans",
        "résume 999.txt",
    ],
)
def test_a_topic_that_is_in_no_article_gets_nothing(answerer, question):
    """Nothing is claimed, no model runs, and the message names what was looked for."""
    shelf = answerer("never said")
    answer = shelf.ask(question)
    assert (answer.status, answer.claims) == ("abstained", ())
    assert recognise(question).topic in answer.text
    assert shelf.llm.prompts == []


def test_words_of_a_topic_that_no_article_has_are_named(answerer):
    """Typed in lower case a name cannot be known as one: the answer says that the word is not there."""
    answer = answerer().ask("que disent mes articles sur l’usine de batteries de lyon ?")
    assert "lyon" in answer.message
    assert "batteries" not in answer.message


def test_a_summary_is_checked_sentence_by_sentence(answerer):
    """What the article says is cited; what it does not say is kept as unsupported and never shown."""
    shelf = answerer(
        "La société Voltaire construira à Brenn une usine de batteries. Le chantier coûtera 950 millions d’euros."
    )
    answer = shelf.ask("Résume 2024-01_usine.txt")
    assert (answer.kind, answer.status) == ("summary", "grounded")
    assert answer.text == "La société Voltaire construira à Brenn une usine de batteries."
    assert [claim.verdict for claim in answer.claims] == ["supported", "unsupported"]
    assert answer.claims[0].citations[0].span.article_id == "2024-01_usine.txt"
    assert are_exact(answer, shelf)


def test_a_summary_that_does_not_hold_becomes_quotes(answerer):
    """No sentence of the model passes: the lead and the most central sentences, verbatim."""
    shelf = answerer("Le pape a visité Lisbonne en 1998.")
    answer = shelf.ask("Résume 2024-01_usine.txt")
    assert (answer.status, answer.is_quote) == ("quoted", True)
    quotes = [claim.citations[0].quote for claim in answer.supported]
    assert quotes[0].startswith("La société Voltaire construira")
    assert len(quotes) == 3
    assert "Lisbonne" not in answer.text
    assert (answer.draft, answer.done) == ("", True)
    assert are_exact(answer, shelf)


def test_a_sentence_that_was_cut_off_is_not_shown(answerer):
    """Half a sentence may be supported and still mislead."""
    shelf = answerer("La société Voltaire construira à Brenn une usine de batteries. Le chantier coûtera")
    answer = shelf.ask("Résume 2024-01_usine.txt")
    assert [claim.text for claim in answer.claims] == ["La société Voltaire construira à Brenn une usine de batteries."]


def test_the_question_gives_a_summary_nothing(answerer):
    """A name in the question does not make a sentence about it supported."""
    shelf = answerer("Voltaire construira une usine de batteries à Vernay.")
    answer = shelf.ask("Résume l’article sur l’usine de batteries de Brenn")
    assert answer.status == "quoted"
    assert answer.claims[-1].verdict == "unsupported"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("résume 2024-05_retard.txt", "2024-05_retard.txt"),
        ("De quoi parle 2024-05.txt ?", "2024-05_retard.txt"),
        ("résume NOTE.TXT", "note.txt"),
        ("résume l’article « Le musée de Vernay rouvre ses portes »", "note.txt"),
        ("résume l’article sur le musée", "note.txt"),
        ("summarise the Voltaire repousse article", "2024-05_retard.txt"),
    ],
)
def test_an_article_is_found_by_its_file_its_title_or_its_topic(answerer, asked, found):
    """The summary is of that article and of no other."""
    answer = answerer().ask(asked)
    assert {claim.citations[0].span.article_id for claim in answer.claims} == {found}


def test_a_summary_of_nothing_asks_which(answerer):
    """ "Summarise the article", of three: the list of them, and how to name one. Of one: that one."""
    shelf = answerer()
    answer = shelf.ask("résume l’article")
    assert len(answer.claims) == 3
    assert answer.text.endswith(WORDS["fr"].which)


def test_the_only_article_needs_no_name(answerer):
    """With one article "the article" is that one."""
    answer = answerer(texts={"note.txt": TEXTS["note.txt"]}).ask("What is the article about?")
    assert answer.claims[0].citations[0].quote.startswith("Le musée municipal")


def test_the_others_on_the_topic_are_named(answerer):
    """ "The article about the plant" when there are two: one is summed up, the other named."""
    answer = answerer().ask("résume l’article sur l’usine de batteries")
    summed_up = {claim.citations[0].span.article_id for claim in answer.claims}
    (other,) = {"2024-01_usine.txt", "2024-05_retard.txt"} - summed_up
    assert other in answer.message


def test_every_answer_of_the_stream_has_the_kind(answerer):
    """The first carries the hits; drafts come between; only the last is done and has no draft."""
    shelf = answerer("La société Voltaire construira une usine à Brenn.")
    first, *drafts, last = shelf.stream("Résume l’article sur l’usine de batteries")
    assert {each.kind for each in (first, *drafts, last)} == {"summary"}
    assert first.hits
    assert [each.done for each in (first, *drafts, last)] == [False] * (1 + len(drafts)) + [True]
    assert drafts[-1].draft.startswith("La société")
    assert last.draft == ""
    assert last.usage.completion_tokens > 0


def test_headline_byline_and_dateline_are_not_sentences_of_the_body(answerer):
    """What is left are whole sentences, exact slices of the article."""
    text = TEXTS["2024-01_usine.txt"].replace("BRENN, 8", "Par Jeanne Dupont.\n\nBRENN, 8")
    article = answerer(texts={"a.txt": text}).article("a.txt")
    found = body(article)
    assert [each.text[:12] for each in found] == ["La société V", "Le chantier ", "Le maire de "]
    assert all(article.text[each.start : each.end] == each.text for each in found)
    assert sorted(ranked(found)) == [0, 1, 2]
    assert ranked([]) == []


def test_the_lead_is_the_sentence_nearest_to_the_headline(answerer):
    """A feature begins with the weather; a sentence with a figure outranks one without, of the same words."""
    text = (
        "Marathon de Brenn : record battu par Anna Kern\n\nLe vent était tombé dans la nuit et la marée restait basse. "
        "Anna Kern a battu dimanche le record du marathon de Brenn devant la foule.\n\nLa foule a chanté sur le port "
        "toute la soirée de dimanche.\n\nLa course a réuni 7 000 coureurs sur le port dimanche.\n"
    )
    found = body(answerer(texts={"a.txt": text}).article("a.txt"))
    order = ranked(found)
    assert found[order[0]].text.startswith("Anna Kern")
    assert order.index(3) < order.index(2)


def test_a_topic_on_the_side_gets_only_the_sentences_that_say_it(answerer):
    """An article about a plant that mentions its cost: the sentence with the cost, not the lead."""
    shelf = answerer()
    answer = shelf.ask("Que disent mes articles sur les visiteurs ?")
    (claim,) = answer.claims
    assert "60 000 visiteurs" in claim.text
    answer = shelf.ask("Que disent mes articles sur le chantier ?")
    assert [claim.citations[0].quote for claim in answer.claims] == [
        "Le chantier coûtera 640 millions d’euros, selon la société."
    ]


@pytest.mark.parametrize("reply", [None, "Le pont rouvre lundi."])
def test_a_summary_of_an_article_that_is_only_a_headline_is_its_headline(tmp_path, reply):
    """There is nothing to sum up, with or without a language model."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "seul.txt").write_text("Pont rouvert", encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [folder])
    llm = ScriptedLlm(reply) if reply else None
    answer = Answerer(tmp_path / "lib", BagEmbedder(), OverlapReader(), llm).ask("résume l’article")
    assert [claim.citations[0].quote for claim in answer.claims] == ["Pont rouvert"]
