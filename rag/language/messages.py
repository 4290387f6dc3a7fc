"""What citeline says in each language, to a model and to a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything citeline says to a model or a reader in one language."""

    system: str
    sentences: str
    question: str
    nothing: str
    """What the model is told to write when the sentences do not answer."""
    examples: tuple[tuple[tuple[str, ...], str, str], ...]
    """(sentences, question, answer)."""
    not_found: str
    """Said to the reader when nothing answers."""
    quote: str
    """Introduces a sentence of an article: {article}, {lines}, {quote}."""


WORDINGS = {
    "fr": Wording(
        system="Tu réponds à une question avec des phrases numérotées tirées d’articles. Réponds en français, par une seule "
        "phrase courte et complète qui reprend les mots, les noms et les chiffres des phrases. N’ajoute rien qui n’y "
        "figure pas. Si les phrases ne donnent pas la réponse, écris : Pas dans les articles.",
        sentences="Phrases :",
        question="Question :",
        nothing="Pas dans les articles.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Combien ont coûté les travaux du pont ?",
                "Les travaux du pont ont coûté 3,2 millions d’euros.",
            ),
            (
                ("Paul Renaud, directeur du port, juge la grève « évitable ».",
                 "Le trafic a baissé de 12 % en juin."),
                "Qui est Paul Renaud ?",
                "Paul Renaud est le directeur du port.",
            ),
            (
                ("Le ministre des Transports s’est rendu à Metz mardi.",),
                "Quel âge a le ministre des Transports ?",
                "Pas dans les articles.",
            ),
        ),
        not_found="Ce n’est pas dans vos articles.",
        quote="{article} ({lines}) : « {quote} »",
    ),
    "en": Wording(
        system="You answer a question with numbered sentences taken from articles. Answer in English, in one short, complete "
        "sentence that keeps the facts, names and figures of the sentences, translated if they are in another language. "
        "Add nothing that is not in them. If the sentences do not give the answer, write: Not in the articles.",
        sentences="Sentences:",
        question="Question:",
        nothing="Not in the articles.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "How much did the work on the bridge cost?",
                "The work on the bridge cost 3.2 million euros.",
            ),
            (
                ("Paul Renaud, head of the port, called the strike \"avoidable\".",
                 "Traffic fell by 12 % in June."),
                "Who is Paul Renaud?",
                "Paul Renaud is the head of the port.",
            ),
            (
                ("The transport minister travelled to Metz on Tuesday.",),
                "How old is the transport minister?",
                "Not in the articles.",
            ),
        ),
        not_found="That is not in your articles.",
        quote="{article} ({lines}): “{quote}”",
    ),
    "es": Wording(
        system="Respondes a una pregunta con frases numeradas sacadas de artículos. Responde en español, con una sola frase "
        "corta y completa que conserve los datos, nombres y cifras de las frases, traducidos si están en otro idioma. No "
        "añadas nada que no esté en ellas. Si las frases no dan la respuesta, escribe: No está en los artículos.",
        sentences="Frases:",
        question="Pregunta:",
        nothing="No está en los artículos.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "¿Cuánto costaron las obras del puente?",
                "Las obras del puente costaron 3,2 millones de euros.",
            ),
            (
                ("El ministro de Transportes viajó a Metz el martes.",),
                "¿Qué edad tiene el ministro de Transportes?",
                "No está en los artículos.",
            ),
        ),
        not_found="No está en sus artículos.",
        quote="{article} ({lines}): «{quote}»",
    ),
    "de": Wording(
        system="Du beantwortest eine Frage mit nummerierten Sätzen aus Artikeln. Antworte auf Deutsch, in einem kurzen, "
        "vollständigen Satz, der Angaben, Namen und Zahlen der Sätze wiedergibt, übersetzt, wenn sie in einer anderen "
        "Sprache stehen. Füge nichts hinzu. Wenn die Sätze die Antwort nicht geben, schreibe: Nicht in den Artikeln.",
        sentences="Sätze:",
        question="Frage:",
        nothing="Nicht in den Artikeln.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Wie viel haben die Arbeiten an der Brücke gekostet?",
                "Die Arbeiten an der Brücke haben 3,2 Millionen Euro gekostet.",
            ),
            (
                ("Der Verkehrsminister reiste am Dienstag nach Metz.",),
                "Wie alt ist der Verkehrsminister?",
                "Nicht in den Artikeln.",
            ),
        ),
        not_found="Das steht nicht in Ihren Artikeln.",
        quote="{article} ({lines}): „{quote}“",
    ),
    "it": Wording(
        system="Rispondi a una domanda con frasi numerate tratte da articoli. Rispondi in italiano, con una sola frase breve "
        "e completa che riprende i fatti, i nomi e le cifre delle frasi, tradotti se sono in un’altra lingua. Non "
        "aggiungere nulla. Se le frasi non danno la risposta, scrivi: Non è negli articoli.",
        sentences="Frasi:",
        question="Domanda:",
        nothing="Non è negli articoli.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Quanto sono costati i lavori del ponte?",
                "I lavori del ponte sono costati 3,2 milioni di euro.",
            ),
            (
                ("Il ministro dei Trasporti è andato a Metz martedì.",),
                "Quanti anni ha il ministro dei Trasporti?",
                "Non è negli articoli.",
            ),
        ),
        not_found="Non è nei suoi articoli.",
        quote="{article} ({lines}): «{quote}»",
    ),
    "pt": Wording(
        system="Respondes a uma pergunta com frases numeradas tiradas de artigos. Responde em português, numa só frase curta e "
        "completa que mantém os factos, nomes e números das frases, traduzidos se estiverem noutra língua. Não acrescentes "
        "nada. Se as frases não derem a resposta, escreve: Não está nos artigos.",
        sentences="Frases:",
        question="Pergunta:",
        nothing="Não está nos artigos.",
        examples=(
            (
                ("Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
                 "Les travaux ont coûté 3,2 millions d’euros."),
                "Quanto custaram as obras da ponte?",
                "As obras da ponte custaram 3,2 milhões de euros.",
            ),
            (
                ("O ministro dos Transportes foi a Metz na terça-feira.",),
                "Que idade tem o ministro dos Transportes?",
                "Não está nos artigos.",
            ),
        ),
        not_found="Isso não está nos seus artigos.",
        quote="{article} ({lines}): «{quote}»",
    ),
}  # fmt: skip

YES_NO_WORDS = {
    "fr": {"yes": "Oui", "no": "Non"},
    "en": {"yes": "Yes", "no": "No"},
    "es": {"yes": "Sí", "no": "No"},
    "de": {"yes": "Ja", "no": "Nein"},
    "it": {"yes": "Sì", "no": "No"},
    "pt": {"yes": "Sim", "no": "Não"},
}

PART_NOT_FOUND = {
    "fr": "Pour « {part} » : ce n’est pas dans vos articles.",
    "en": "For “{part}”: that is not in your articles.",
    "es": "Sobre «{part}»: no está en sus artículos.",
    "de": "Zu „{part}“: Das steht nicht in Ihren Artikeln.",
    "it": "Per «{part}»: non è nei suoi articoli.",
    "pt": "Para «{part}»: isso não está nos seus artigos.",
}
"""Said of one part of a question, beside what the other parts got."""

LANGUAGE_NAMES = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "el": "Greek", "fa": "Persian", "fi": "Finnish",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


NOT_FOUND = {
    "ar": "هذا غير موجود في مقالاتك.", "ca": "Això no és als vostres articles.", "cs": "To ve vašich článcích není.",
    "da": "Det står ikke i dine artikler.", "el": "Αυτό δεν υπάρχει στα άρθρα σας.", "fa": "این در مقاله‌های شما نیست.",
    "fi": "Sitä ei ole artikkeleissasi.", "he": "זה לא מופיע במאמרים שלך.", "hi": "यह आपके लेखों में नहीं है।",
    "hu": "Ez nincs benne a cikkeiben.", "id": "Itu tidak ada dalam artikel Anda.",
    "ja": "それはあなたの記事にはありません。", "ko": "그 내용은 기사에 없습니다.", "nl": "Dat staat niet in uw artikelen.",
    "no": "Det står ikke i artiklene dine.", "pl": "Tego nie ma w Twoich artykułach.",
    "ro": "Nu este în articolele dumneavoastră.", "ru": "Этого нет в ваших статьях.", "sv": "Det står inte i dina artiklar.",
    "th": "ไม่มีข้อมูลนี้ในบทความของคุณ", "tr": "Bu, makalelerinizde yok.", "uk": "Цього немає у ваших статтях.",
    "vi": "Điều đó không có trong các bài viết của bạn.", "zh": "您的文章中没有这个内容。",
}  # fmt: skip
"""`Wording.not_found` in languages whose instructions to the model are English."""


@cache
def wording(language: str) -> Wording:
    """What citeline says in a language; for one without a wording English, but for the "not in your articles"."""
    if language in WORDINGS or language not in NOT_FOUND:
        return WORDINGS.get(language, WORDINGS["en"])
    return replace(WORDINGS["en"], not_found=NOT_FOUND[language])


def part_not_found(part: str, language: str) -> str:
    """Said when one part of a question is not in the articles."""
    return PART_NOT_FOUND.get(language, PART_NOT_FOUND["en"]).format(part=part)


def is_nothing(reply: str, language: str) -> bool:
    """Does a model's reply say that the sentences do not answer?"""
    said = {wording(language).nothing, WORDINGS["en"].nothing, WORDINGS["fr"].nothing}
    plain = re.sub(r"\W+", " ", reply.lower().replace("’", "'")).strip()
    return not plain or any(plain.startswith(re.sub(r"\W+", " ", each.lower()).strip()) for each in said)
