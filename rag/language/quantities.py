"""Values written in a text, in figures or in words, in six languages."""

from __future__ import annotations

import re

from index.text import fold, plain_numbers

_FR = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ES = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
_DE = "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf"
_IT = "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
_PT = "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis"
_TENS = {
    "fr": {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "nonante": 90},
    "en": {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
    "es": {"veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50},
    "de": {"zwanzig": 20, "dreissig": 30, "vierzig": 40, "funfzig": 50},
    "it": {"venti": 20, "trenta": 30, "quaranta": 40, "cinquanta": 50},
    "pt": {"vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50},
}  # fmt: skip
_SCALES = {
    "fr": {"cent": 100, "cents": 100, "mille": 1e3, "millier": 1e3, "milliers": 1e3, "million": 1e6, "millions": 1e6,
           "milliard": 1e9, "milliards": 1e9},
    "en": {"hundred": 100, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12},
    "es": {"cien": 100, "cientos": 100, "mil": 1e3, "millon": 1e6, "millones": 1e6},
    "de": {"hundert": 100, "tausend": 1e3, "million": 1e6, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9},
    "it": {"cento": 100, "mille": 1e3, "mila": 1e3, "milione": 1e6, "milioni": 1e6, "miliardo": 1e9, "miliardi": 1e9},
    "pt": {"cem": 100, "mil": 1e3, "milhao": 1e6, "milhoes": 1e6},
}  # fmt: skip
_UNITS = {code: {word: i for i, word in enumerate(each.split())} for code, each in
          {"fr": _FR, "en": _EN, "es": _ES, "de": _DE, "it": _IT, "pt": _PT}.items()}  # fmt: skip
NUMBER_WORDS = {code: frozenset(_UNITS[code] | _TENS[code] | _SCALES[code]) for code in _UNITS}
"""Words of a language that are part of a number."""
# Also an article ("un homme", "one of them"), a month or another word: alone they are not read as numbers.
_AMBIGUOUS = {"un", "one", "uno", "um", "neuf", "mil", "once", "sei", "null"}

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s-]")


def numbers(text: str, language: str, loose: bool = False) -> set[float]:
    """Values written in a text, in figures or words: "1,5 milliard" gives 1.5e9, "vingt-deux" 22, "3 500" 3500.

    A word that is a number but also something else ("un", "neuf", "one") counts only when `loose`.
    """
    tokens = _tokens(text)
    found: set[float] = set()
    at = 0
    while at < len(tokens):
        value, after = _number_at(tokens, at, language)
        if value is not None and (loose or after > at + 1 or tokens[at] not in _AMBIGUOUS):
            found.add(value)
        at = max(after, at + 1)
    return found


def measures(text: str, language: str) -> set[tuple[float, str]]:
    """Values with the unit written behind them, units in one spelling: "41 %" and "41 percent" give (41.0, "%")."""
    tokens = _tokens(text)
    found: set[tuple[float, str]] = set()
    at = 0
    while at < len(tokens):
        value, after = _number_at(tokens, at, language)
        if value is not None:
            behind = [token for token in tokens[after : after + 4] if token not in _BETWEEN]
            if behind and behind[0] in _UNIT:
                found.add((value, _UNIT[behind[0]]))
        at = max(after, at + 1)
    return found


_PER_CENT = re.compile(r"\b(?:pour cent|per cent|por ciento|por cento)\b")
_BETWEEN = {"d", "de", "des", "of", "'", "di", "da"}
_UNIT = {
    word: row.split("=")[0]
    for row in (
        "%=%,percent,pourcent,prozent",
        "eur=€,euro,euros",
        "usd=$,dollar,dollars,dolares,dollari",
        "gbp=£,livre,livres,pound,pounds,pfund,libras,sterline",
        "chf=franc,francs,franken,francos,franchi",
        "km=km,kilometre,kilometres,kilometer,kilometers,kilometern,kilometros,chilometri",
        "m=m,metre,metres,meter,meters,metern,metro,metros,metri",
        "cm=cm,centimetre,centimetres,centimeter,zentimeter,centimetros,centimetri",
        "mi=mile,miles,meilen,millas,miglia",
        "ha=ha,hectare,hectares,hektar,hectareas,ettari",
        "kg=kg,kilo,kilos,kilogramme,kilogrammes,kilogram,kilograms,kilogramm",
        "t=tonne,tonnes,ton,tons,tonnen,toneladas,tonnellate",
        "year=an,ans,annee,annees,year,years,jahr,jahre,jahren,ano,anos,anno,anni",
        "month=mois,month,months,monat,monate,monaten,mes,meses,mese,mesi",
        "week=semaine,semaines,week,weeks,woche,wochen,semana,semanas,settimana,settimane",
        "day=jour,jours,day,days,tag,tage,tagen,dia,dias,giorno,giorni",
        "hour=heure,heures,hour,hours,stunde,stunden,hora,horas,ora,ore",
        "minute=minute,minutes,minuten,minuto,minutos,minuti",
        "second=seconde,secondes,second,seconds,sekunde,sekunden,segundo,segundos,secondi",
        "person=personne,personnes,person,people,persons,personen,menschen,persona,personas,persone,pessoas",
        "dead=mort,morts,dead,deaths,tote,toten,muerto,muertos,morti,mortos",
        "injured=blesse,blesses,blessees,injured,wounded,verletzte,verletzten,heridos,feriti,feridos",
    )
    for word in row.split("=", 1)[1].split(",")
}


def _tokens(text: str) -> list[str]:
    return _NUMBER.findall(_PER_CENT.sub("%", plain_numbers(fold(text))))


def _number_at(tokens: list[str], at: int, language: str) -> tuple[float | None, int]:
    """The number that starts at a token, in figures with a scale word or all in words, and where it ends."""
    scales = _SCALES.get(language, {})
    if tokens[at][0].isdigit():
        value = float(tokens[at])
        if at + 1 < len(tokens) and scales.get(tokens[at + 1], 0) >= 1000:
            return value * scales[tokens[at + 1]], at + 2
        return value, at + 1
    steps = _UNITS.get(language, {}) | _TENS.get(language, {})
    total, current, start = 0.0, 0.0, at
    while at < len(tokens):
        token = tokens[at]
        joined = token in {"et", "and"} and at > start and at + 1 < len(tokens) and tokens[at + 1] in steps
        if token in steps:
            step = steps[token]
            if language == "fr" and current % 100 == 4 and step == 20:
                current += 76
            elif not current or (current % 100 == 0 and step < 100) or (current % 100 >= 20 and step < 20):
                current += step
            else:
                break
        elif token in scales and (at > start or token not in _AMBIGUOUS):
            if scales[token] == 100:
                current = max(1.0, current) * 100
            else:
                total, current = total + max(1.0, current) * scales[token], 0.0
        elif not joined:
            break
        at += 1
    return (total + current, at) if at > start else (None, at)
