"""Names of months and days of the week in the languages of articles and questions."""

from __future__ import annotations

MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "janvier january enero januar gennaio janeiro jan janv",
            "février fevrier february febrero februar febbraio fevereiro feb févr fév",
            "mars march marzo märz marz março mar",
            "avril april abril aprile avr apr",
            "mai may mayo maggio maio",
            "juin june junio juni giugno junho jun",
            "juillet july julio juli luglio julho juil jul",
            "août aout august agosto aug",
            "septembre september septiembre settembre setembro sept sep",
            "octobre october octubre oktober ottobre outubro oct okt",
            "novembre november noviembre novembro nov",
            "décembre decembre december diciembre dezember dicembre dezembro déc dec dez",
        ),
        start=1,
    )
    for month in names.split()
}


WEEKDAYS = {
    word: number
    for number, row in enumerate(
        (
            "lundi monday lunes montag lunedi segunda",
            "mardi tuesday martes dienstag martedi terca",
            "mercredi wednesday miercoles mittwoch mercoledi quarta",
            "jeudi thursday jueves donnerstag giovedi quinta",
            "vendredi friday viernes freitag venerdi sexta",
            "samedi saturday sabado samstag sabato",
            "dimanche sunday domingo sonntag domenica",
        )
    )
    for word in row.split()
}
