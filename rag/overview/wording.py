"""What citeline says about the articles as a whole, to a reader and to the model that sums one up, in six languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.language import wording
from rag.types import Message


@dataclass(frozen=True, slots=True)
class OverviewWords:
    """Sentences in one language; {topic}, {names} and {n} are filled in."""

    hello: str
    thanks: str
    count: str
    """Closes a list that is not whole: {n} articles in all, {shown} of them shown."""
    whole: str
    """Closes a list that is whole."""
    others: str
    """Other articles on the same topic: {names}."""
    which: str
    """Asked for a summary without saying of what."""
    nothing_on: str
    """No article on {topic}."""
    lacking: str
    """The articles shown are near the topic, but these words of it are in none: {names}."""
    no_file: str
    """No article called {topic}."""
    empty: str
    title: str
    """{title} in quotation marks."""
    system: str
    """Tells the model to sum up."""
    summary: str
    """Stands before the place where the model writes."""
    example: str
    """A summary of EXAMPLE."""


EXAMPLE = (
    "Le pont de Vernay, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
    "Les travaux ont coûté 3,2 millions d’euros, soit 12 % de plus que prévu.",
    "« Nous avons perdu un tiers de nos clients », regrette Paul Renaud, boulanger rue du Port.",
)

WORDS = {
    "fr": OverviewWords(
        hello="Bonjour ! Je réponds à vos questions à partir de vos articles, et chaque phrase renvoie aux lignes d’où elle "
        "vient. Posez une question précise (« Combien a coûté le pont ? »), ou demandez « de quoi parlent mes articles ? », "
        "« résume l’article sur … » ou « que disent mes articles sur … ? ».",
        thanks="Avec plaisir. Posez-moi une autre question sur vos articles quand vous voulez.",
        count="{shown} articles sur {n} sont montrés ici ; pour les autres, demandez « quels articles parlent de … ? ».",
        whole="Nombre d’articles : {n}.",
        others="Autres articles sur ce sujet : {names}.",
        which="Quel article faut-il résumer ? Nommez-le par son titre, son fichier ou son sujet : « résume l’article sur … ».",
        nothing_on="Rien dans vos articles sur « {topic} ».",
        lacking="Ne figure pas dans ces articles : {names}.",
        no_file="Aucun de vos articles ne s’appelle « {topic} ».",
        empty="Il n’y a pas encore d’article.",
        title="« {title} »",
        system="Tu résumes un article à partir de phrases numérotées. Écris en français deux ou trois phrases courtes, l’essentiel "
        "d’abord. Chacune reprend les mots, les noms et les chiffres d’une seule phrase numérotée. N’ajoute rien.",
        summary="Résumé :",
        example="Le pont de Vernay rouvrira lundi, selon la maire Claire Vidal. Les travaux ont coûté 3,2 millions d’euros.",
    ),
    "en": OverviewWords(
        hello="Hello! I answer questions from your articles, and every sentence points to the lines it comes from. Ask for a "
        "fact (“How much did the bridge cost?”), or try “what are my articles about?”, “summarise the article about …” or "
        "“what do my articles say about …?”.",
        thanks="You are welcome. Ask me another question about your articles whenever you like.",
        count="{shown} of {n} articles are shown here; for the others, ask “which articles do you have about …?”.",
        whole="Number of articles: {n}.",
        others="Other articles on this: {names}.",
        which="Which article should be summed up? Name it by its title, its file or its topic: “summarise the article about …”.",
        nothing_on="There is nothing in your articles about “{topic}”.",
        lacking="Not in these articles: {names}.",
        no_file="None of your articles is called “{topic}”.",
        empty="There is no article yet.",
        title="“{title}”",
        system="You sum up an article from numbered sentences. Write two or three short sentences in English, what "
        "matters most first. Each keeps the words, names and figures of a single numbered sentence, translated if it is in "
        "another language. Add nothing.",
        summary="Summary:",
        example="The Vernay bridge will reopen on Monday, mayor Claire Vidal announced. The work cost 3.2 million euros.",
    ),
    "es": OverviewWords(
        hello="¡Hola! Respondo a sus preguntas a partir de sus artículos, y cada frase remite a las líneas de donde procede. "
        "Pregunte un dato («¿Cuánto costó el puente?»), o pruebe «¿de qué hablan mis artículos?», «resume el artículo sobre …» "
        "o «¿qué dicen mis artículos sobre …?».",
        thanks="De nada. Hágame otra pregunta sobre sus artículos cuando quiera.",
        count="Aquí se muestran {shown} de {n} artículos; para los demás, pregunte «¿qué artículos hay sobre …?».",
        whole="Número de artículos: {n}.",
        others="Otros artículos sobre este tema: {names}.",
        which="¿Qué artículo hay que resumir? Nómbrelo por su título, su archivo o su tema: «resume el artículo sobre …».",
        nothing_on="No hay nada en sus artículos sobre «{topic}».",
        lacking="No figura en estos artículos: {names}.",
        no_file="Ninguno de sus artículos se llama «{topic}».",
        empty="Todavía no hay ningún artículo.",
        title="«{title}»",
        system="Resumes un artículo a partir de frases numeradas. Escribe en español dos o tres frases cortas, cada una con los "
        "datos, nombres y cifras de una frase numerada, traducidos si está en otro idioma. Di primero lo esencial. No añadas "
        "nada.",
        summary="Resumen:",
        example="El puente de Vernay reabrirá el lunes, según la alcaldesa Claire Vidal. Las obras costaron 3,2 millones de euros.",
    ),
    "de": OverviewWords(
        hello="Guten Tag! Ich beantworte Fragen aus Ihren Artikeln, und jeder Satz verweist auf die Zeilen, aus denen er stammt. "
        "Fragen Sie nach einer Tatsache („Wie viel hat die Brücke gekostet?“) oder „Wovon handeln meine Artikel?“, „Fasse den "
        "Artikel über … zusammen“ oder „Was sagen meine Artikel über …?“.",
        thanks="Gern geschehen. Stellen Sie mir jederzeit eine weitere Frage zu Ihren Artikeln.",
        count="Hier sind {shown} von {n} Artikeln; nach den anderen fragen Sie mit „Welche Artikel gibt es über …?“.",
        whole="Anzahl der Artikel: {n}.",
        others="Weitere Artikel zu diesem Thema: {names}.",
        which="Welcher Artikel soll zusammengefasst werden? Nennen Sie Titel, Datei oder Thema: „Fasse den Artikel über … "
        "zusammen“.",
        nothing_on="In Ihren Artikeln steht nichts über „{topic}“.",
        lacking="Nicht in diesen Artikeln: {names}.",
        no_file="Keiner Ihrer Artikel heißt „{topic}“.",
        empty="Es gibt noch keinen Artikel.",
        title="„{title}“",
        system="Du fasst einen Artikel anhand nummerierter Sätze zusammen. Schreibe auf Deutsch zwei oder drei kurze Sätze, "
        "jeden mit den Fakten, Namen und Zahlen eines nummerierten Satzes, übersetzt, wenn er in einer anderen Sprache ist. "
        "Sage zuerst das Wichtigste. Füge nichts hinzu.",
        summary="Zusammenfassung:",
        example="Die Brücke von Vernay öffnet am Montag wieder, so Bürgermeisterin Claire Vidal. Die Arbeiten kosteten 3,2 "
        "Millionen Euro.",
    ),
    "it": OverviewWords(
        hello="Buongiorno! Rispondo alle domande a partire dai suoi articoli, e ogni frase rimanda alle righe da cui viene. Chieda "
        "un fatto («Quanto è costato il ponte?»), oppure «di cosa parlano i miei articoli?», «riassumi l’articolo su …» o «cosa "
        "dicono i miei articoli su …?».",
        thanks="Prego. Mi faccia un’altra domanda sui suoi articoli quando vuole.",
        count="Qui ci sono {shown} articoli su {n}; per gli altri chieda «quali articoli ci sono su …?».",
        whole="Numero di articoli: {n}.",
        others="Altri articoli su questo tema: {names}.",
        which="Quale articolo va riassunto? Lo indichi con il titolo, il file o il tema: «riassumi l’articolo su …».",
        nothing_on="Non c’è nulla nei suoi articoli su «{topic}».",
        lacking="Non si trova in questi articoli: {names}.",
        no_file="Nessuno dei suoi articoli si chiama «{topic}».",
        empty="Non c’è ancora nessun articolo.",
        title="«{title}»",
        system="Riassumi un articolo a partire da frasi numerate. Scrivi in italiano due o tre frasi brevi, ciascuna con i fatti, "
        "i nomi e le cifre di una frase numerata, tradotti se è in un’altra lingua. Di’ prima l’essenziale. Non aggiungere "
        "nulla.",
        summary="Riassunto:",
        example="Il ponte di Vernay riaprirà lunedì, secondo la sindaca Claire Vidal. I lavori sono costati 3,2 milioni di euro.",
    ),
    "pt": OverviewWords(
        hello="Olá! Respondo a perguntas a partir dos seus artigos, e cada frase remete para as linhas de onde vem. Pergunte um "
        "facto («Quanto custou a ponte?»), ou experimente «de que falam os meus artigos?», «resume o artigo sobre …» ou «o que "
        "dizem os meus artigos sobre …?».",
        thanks="De nada. Faça-me outra pergunta sobre os seus artigos quando quiser.",
        count="São mostrados {shown} de {n} artigos; para os outros, pergunte «que artigos há sobre …?».",
        whole="Número de artigos: {n}.",
        others="Outros artigos sobre este tema: {names}.",
        which="Que artigo devo resumir? Indique o título, o ficheiro ou o tema: «resume o artigo sobre …».",
        nothing_on="Não há nada nos seus artigos sobre «{topic}».",
        lacking="Não consta destes artigos: {names}.",
        no_file="Nenhum dos seus artigos se chama «{topic}».",
        empty="Ainda não há nenhum artigo.",
        title="«{title}»",
        system="Resumes um artigo a partir de frases numeradas. Escreve em português duas ou três frases curtas, cada uma com os "
        "factos, nomes e números de uma frase numerada, traduzidos se estiver noutra língua. Diz primeiro o essencial. Não "
        "acrescentes nada.",
        summary="Resumo:",
        example="A ponte de Vernay reabre na segunda-feira, segundo a presidente da câmara Claire Vidal. As obras custaram 3,2 "
        "milhões de euros.",
    ),
}


def words(language: str) -> OverviewWords:
    """What citeline says in a language; English for one it has no words in."""
    return WORDS.get(language, WORDS["en"])


def summary_messages(language: str, sentences: Sequence[str]) -> list[Message]:
    """The prompt for a summary: instructions and an example, the same for every article, then its sentences."""
    said = words(language)
    return [
        Message("system", said.system),
        Message("user", _ask(language, EXAMPLE)),
        Message("assistant", said.example),
        Message("user", _ask(language, sentences)),
    ]


def _ask(language: str, sentences: Sequence[str]) -> str:
    numbered = "\n".join(f"[{i}] {' '.join(text.split())}" for i, text in enumerate(sentences, start=1))
    return f"{wording(language).sentences}\n{numbered}\n\n{words(language).summary}"
