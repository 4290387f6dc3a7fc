"""Function words and word endings by which `rag.language.noun_phrases` finds names and nouns, in six languages."""

# ruff: noqa: E501 (tables of words)

from __future__ import annotations

import re

from index.text import fold

# Per language: articles by gender and number; prepositions of place, of belonging, others; contractions.
ARTICLES = {
    "fr": {
        "m": "le un ce cet son",
        "f": "la une cette sa",
        "": "l' leur notre votre",
        "p": "les ces ses leurs nos vos",
    },
    "en": {"": "the a an this these those his her its their"},
    "es": {
        "m": "el un ese este",
        "f": "la una esa esta",
        "": "su",
        "mp": "los esos estos",
        "fp": "las esas estas",
        "p": "sus",
    },
    "de": {"m": "den einen", "": "der die das dem ein eine einem einer diese dieser dieses diesem sein seine ihr ihre"},
    "it": {"m": "il lo un uno", "f": "la una", "": "l' un'", "mp": "i gli", "fp": "le"},
    "pt": {"m": "o um", "f": "a uma", "mp": "os", "fp": "as"},
}
PLACE = {
    "fr": "à en dans vers depuis chez", "en": "in at to from near into", "es": "en a desde hacia",
    "de": "in nach aus bei zu", "it": "a in da verso", "pt": "em para desde",
}  # fmt: skip
OF = {"fr": "de d'", "en": "of", "es": "de", "de": "von", "it": "di d'", "pt": "de"}
OTHER = {
    "fr": "par avec contre pour sur sans selon entre sous après avant pendant",
    "en": "by with for against about on under after before during between",
    "es": "por con contra para sobre sin según entre tras", "de": "mit für gegen über durch auf unter vor an",
    "it": "per con contro su tra fra", "pt": "por com contra sobre sem entre",
}  # fmt: skip
CONTRACTED = {
    "fr": {"du": "de le", "des": "de les", "au": "à le", "aux": "à les"},
    "en": {},
    "es": {"del": "de el", "al": "a el"},
    "de": {"im": "in dem", "vom": "von dem", "zum": "zu dem", "zur": "zu der", "am": "an dem", "beim": "bei dem"},
    "it": {p + e: f"{q} {a}" for p, q in (("de", "di"), ("ne", "in"), ("a", "a"), ("da", "da"), ("su", "su"))
           for e, a in (("l", "il"), ("llo", "lo"), ("lla", "la"), ("ll'", "l'"), ("i", "i"), ("gli", "gli"), ("lle", "le"))},
    "pt": {p + a: f"{q} {a}" for p, q in (("d", "de"), ("n", "em"), ("pel", "por")) for a in ("o", "a", "os", "as")}
    | {"ao": "a o", "aos": "a os", "à": "a a", "às": "a as"},
}  # fmt: skip
# Adjectives that stand before their noun, where most stand behind it; and how those behind end.
BEFORE = {
    "fr": "nouveau nouvel nouvelle nouveaux nouvelles ancien ancienne anciens premier première dernier dernière derniers "
    "grand grande petit petite jeune vieux vieille gros grosse bon bonne seul seule même autre deuxième second seconde "
    "troisième futur future deux trois quatre cinq six",
    "es": "nuevo nueva antiguo antigua primer primera último última gran grande mismo otra otro segundo dos tres",
    "it": "nuovo nuova vecchio vecchia primo prima ultimo ultima grande stesso altra altro secondo seconda due tre",
    "pt": "novo nova antigo antiga primeiro primeira último última grande mesmo outra outro segundo segunda dois três",
}
BEHIND = re.compile(
    r"(?:al|ale|ales|aux|el|elle|elles|ique|iques|aire|aires|ien|ienne|iens|ais|aise|ois|oise|if|ive|eux|euse|able|ible"
    r"|ée|ées|és|ado|ada|ato|ata|ico|ica|ano|ana|és|esa|ês|ese|esi|ale|ali)$|^[^\W\d_]{3,}é$"
)
LIGHT_VERB = re.compile(
    r"(?:ed|ing|en|ung)$|^(?:built|sold|held|made|lost|found|put|cut|hurt|born|known|left|set|won|paid|shut)$"
)
DO = frozenset("do does did will would can could should may might must".split())
BE = frozenset("is are was were has have had be been".split())
PARTICLES = frozenset("back off down out up over away on".split())
JOINING = frozenset("de la le les du des d' van von der den del da di do dos of the y".split())
TITLES = frozenset(
    "m mm mme mlle monsieur madame mr mrs ms dr sir lord lady herr frau senor senora signor signora".split()
)
ROLES = frozenset(
    fold(word)
    for word in (
        "maire ministre président présidente directeur directrice préfet préfète conservateur conservatrice patron patronne "
        "chef cheffe roi reine pape chauffeur conducteur conductrice gardien vainqueur gagnant gagnante coureur coureuse "
        "homme femme élu élue député députée sénateur sénatrice auteur autrice écrivain peintre professeur médecin juge "
        "procureur économiste porte-parole suspect victime joueur entraîneur chanteur actrice acteur réalisateur fondateur "
        "mayor minister president director prefect curator boss chief head king queen pope driver guard winner man woman "
        "senator author writer painter teacher doctor judge prosecutor economist spokesman spokeswoman spokesperson suspect "
        "victim player coach singer actor actress founder chairman chairwoman leader owner manager donor general "
        "alcalde alcaldesa ministro ministra presidente presidenta directora jefe jefa rey reina conductor hombre mujer "
        "bürgermeister bürgermeisterin minister ministerin präsident präsidentin direktor direktorin chefin könig mann frau "
        "sindaco sindaca direttore direttrice capo uomo donna prefeito prefeita diretor diretora chefe homem mulher"
    ).split()
)
