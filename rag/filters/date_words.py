"""The words of dates in six languages, as regular expressions over folded text."""

# ruff: noqa: E501 (tables of words)

from __future__ import annotations

from typing import Literal

Unit = Literal["day", "week", "month", "year"]

# How a date stands to what is asked for. "of" counts only behind a word for articles: "l'accident du 12 mars" is the
# day of an accident. Of two that match, the longest is meant.
RELATIONS = {
    "fr": {
        "in": r"en|au mois d[e']|pendant(?: le mois d[e'])?|durant|au cours d[eu]|dans|courant",
        "of": r"dates? d[eu']|datees? d[eu']|du mois d[e']|d[eu']|de la|de l'|le|au|a",
        "since": r"depuis(?: le| la| l')?|a partir d[eu']",
        "after": r"apres(?: le| la)?",
        "before": r"avant(?: le| la)?",
        "until": r"jusqu'(?:a|au|en)(?: la)?",
    },
    "en": {
        "in": r"in|during|throughout|within|over",
        "of": r"from|of|on|dated|for",
        "since": r"since",
        "after": r"after",
        "before": r"before|prior to",
        "until": r"until|till|up to|through",
    },
    "es": {
        "in": r"en(?: el mes de)?|durante",
        "of": r"del? mes de|de la|del?|el|a",
        "since": r"desde|a partir del?",
        "after": r"despues del?",
        "before": r"antes del?(?: la)?",
        "until": r"hasta",
    },
    "de": {
        "in": r"im(?: monat)?|in|wahrend",
        "of": r"vom|von|aus(?: dem)?|am|des",
        "since": r"seit|ab",
        "after": r"nach",
        "before": r"vor",
        "until": r"bis(?: zum)?",
    },
    "it": {
        "in": r"nel mese di|nel(?:l')?|in|a|ad|durante",
        "of": r"del mese di|del(?:l'|la)?|di|d'|il",
        "since": r"dal(?:l'|la)?|da|a partire dal?",
        "after": r"dopo",
        "before": r"prima d(?:i|el|ell'|ella)",
        "until": r"fino a(?:l|lla|d)?",
    },
    "pt": {
        "in": r"no mes de|em|durante",
        "of": r"do mes de|d[eoa]|n[oa]",
        "since": r"desde(?: o| a)?|a partir d[eoa]",
        "after": r"depois d[eoa]|apos",
        "before": r"antes d[eoa]",
        "until": r"ate(?: a| o)?",
    },
}
# (what opens a pair, what joins it)
PAIRS = {
    "fr": r"(?:entre|de|du|d'|depuis)(?: le| la)?;et|a|au|jusqu'(?:a|au|en)|-",
    "en": r"between|from;and|to|until|till|through|-",
    "es": r"entre|de|del|desde;y|e|a|al|hasta|-",
    "de": r"zwischen|von|vom;und|bis(?: zum)?|-",
    "it": r"tra|fra|da|dal|dall';e|ed|a|ad|al|-",
    "pt": r"entre|de|do|desde;e|a|ao|ate|-",
}
# Counted from today: (words, unit, how many units back).
RELATIVE: dict[str, tuple[tuple[str, Unit, int], ...]] = {
    "fr": (
        (r"avant[- ]hier", "day", 2), (r"hier", "day", 1), (r"aujourd'hui|ce jour", "day", 0),
        (r"(?:la )?semaine (?:derniere|passee)", "week", 1), (r"cette semaine", "week", 0),
        (r"(?:le )?mois (?:dernier|passe)", "month", 1), (r"ce mois(?:[- ]ci)?", "month", 0),
        (r"(?:l')?(?:annee (?:derniere|passee)|an (?:dernier|passe))", "year", 1), (r"cette annee", "year", 0),
    ),
    "en": (
        (r"(?:the )?day before yesterday", "day", 2), (r"yesterday", "day", 1), (r"today", "day", 0),
        (r"last week(?! of)", "week", 1), (r"this week", "week", 0),
        (r"last month(?! of)", "month", 1), (r"this month", "month", 0),
        (r"last year(?! of)", "year", 1), (r"this year", "year", 0),
    ),
    "es": (
        (r"anteayer|antes de ayer", "day", 2), (r"ayer", "day", 1), (r"hoy", "day", 0),
        (r"(?:la )?semana pasada|(?:la )?pasada semana", "week", 1), (r"esta semana", "week", 0),
        (r"(?:el )?mes pasado|(?:el )?pasado mes", "month", 1), (r"este mes", "month", 0),
        (r"(?:el )?ano pasado|(?:el )?pasado ano", "year", 1), (r"este ano", "year", 0),
    ),
    "de": (
        (r"vorgestern", "day", 2), (r"gestern", "day", 1), (r"heute", "day", 0),
        (r"(?:letzte[nr]?|vergangene[nr]?|vorige[nr]?) woche", "week", 1), (r"diese[r]? woche", "week", 0),
        (r"(?:letzte[nrms]?|vergangene[nrms]?|vorige[nrms]?) monats?", "month", 1), (r"diese[nrms] monats?", "month", 0),
        (r"(?:letzte[nrms]?|vergangene[nrms]?|vorige[nrms]?) jahre?s?", "year", 1), (r"diese[nrms] jahre?s?", "year", 0),
    ),
    "it": (
        (r"l'altro ieri|ieri l'altro|avantieri", "day", 2), (r"ieri", "day", 1), (r"oggi", "day", 0),
        (r"(?:la )?settimana (?:scorsa|passata)|(?:la )?scorsa settimana", "week", 1), (r"questa settimana", "week", 0),
        (r"(?:il )?mese (?:scorso|passato)|(?:lo )?scorso mese", "month", 1), (r"questo mese", "month", 0),
        (r"(?:l')?anno (?:scorso|passato)|(?:lo )?scorso anno", "year", 1), (r"quest'anno", "year", 0),
    ),
    "pt": (
        (r"anteontem", "day", 2), (r"ontem", "day", 1), (r"hoje", "day", 0),
        (r"(?:n?a )?semana passada|(?:n?a )?passada semana", "week", 1), (r"n?esta semana|nessa semana", "week", 0),
        (r"(?:n?o )?mes passado", "month", 1), (r"n?este mes", "month", 0),
        (r"(?:n?o )?ano passado", "year", 1), (r"n?este ano", "year", 0),
    ),
}  # fmt: skip
# "the last three weeks": {n} units, up to today.
ROLLING = {
    "fr": r"(?:ces|les|des) (?:(?P<n>[\w-]+) )?derni(?:ers|eres) (?P<unit>jours|semaines|mois|annees|ans)",
    "en": r"(?:the )?(?:last|past) (?P<n>[\w-]+) (?P<unit>days|weeks|months|years)|the past (?P<one>day|week|month|year)",
    "es": r"l[oa]s (?:ultim[oa]s (?:(?P<n>\w+) )?|(?P<m>\w+) ultim[oa]s )(?P<unit>dias|semanas|meses|anos)",
    "de": r"(?:den |der |die )?(?:letzten|vergangenen) (?:(?P<n>\w+) )?(?P<unit>tagen?|wochen|monaten?|jahren?)",
    "it": r"(?:gli|le|negli|nelle|degli|delle) ultim[ie] (?:(?P<n>\w+) )?(?P<unit>giorni|settimane|mesi|anni)",
    "pt": r"(?:[nd]?[oa]s) (?:ultim[oa]s (?:(?P<n>\w+) )?)(?P<unit>dias|semanas|meses|anos)",
}
UNITS: dict[str, Unit] = {
    **dict.fromkeys("jours day days dias tage tagen giorni".split(), "day"),
    **dict.fromkeys("semaines week weeks semanas wochen settimane".split(), "week"),
    **dict.fromkeys("mois month months meses monate monaten mesi".split(), "month"),
    **dict.fromkeys("annees ans year years anos jahre jahren anni".split(), "year"),
}
# Behind or before a weekday: the last one that has been.
LAST_DAY = {
    "fr": (r"", r" (?:dernier|passe)"), "en": (r"last ", r""), "es": (r"", r" pasado"),
    "de": (r"(?:letzte[nrms]?|vergangene[nrms]?|vorige[nrms]?) ", r""), "it": (r"", r" scors[oa]"), "pt": (r"", r" passad[oa]"),
}  # fmt: skip
DETERMINER = r"(?:l'(?:annee |an |anno )?|(?:le |la |les |the |el |los |las |il |lo |gli |der |den |dem |die |das |o |os |as )?(?:(?:mois d[e']|annee |year |month of |mes de |ano |jahre? |monat |anno |mese di )\s*)?)"
ABOUT = (
    r"(?:(?:(?:au |le |the |el |la |a |o )?(?:debut|fin|mi|milieu|courant|early|late|mid|beginning of|start of|end of|anfang|ende|"
    r"mitte|principios de|comienzos de|finales de|mediados de|inizio|fine|meta|inicio de|fim de|meados de)(?: d[e'] ?|[- ]))?)"
)
