"""Agency texts and what papers make of them."""

DISPATCH = (
    "La coopérative laitière de Brévignan a annoncé lundi qu’elle fermerait sa fromagerie de Costerive le 30 juin.",
    "Elle emploie 84 personnes et transforme chaque année 12 millions de litres de lait des plateaux voisins.",
    "« Nous perdons 9 centimes sur chaque litre depuis deux hivers », explique sa présidente, Maud Lestrange.",
    "Les salariés ont appris la nouvelle pendant la pause, dans l’ancienne salle d’affinage.",
    "Le syndicat de Bastien Orcival réclame un repreneur et rappelle que 3 millions d’euros d’aides ont été versés.",
    "La région propose de racheter les murs, et le maire de Costerive souhaite y loger des artisans.",
    "Une réunion doit avoir lieu jeudi à la sous-préfecture de Vauclaire avec les éleveurs et la direction.",
    "Fondée en 1927, la fromagerie avait obtenu en 1996 une médaille au salon de Lausanne pour sa tomme.",
    "Les 61 fermes qui la livrent pourraient se tourner vers une laiterie de Montférier, à 70 kilomètres.",
    "Deux offres de reprise ont été déposées en mai, dont celle d’un groupe italien, sans que l’on en sache davantage.",
)

ANOTHER = (
    "Costerive va perdre sa fromagerie : la coopérative de Brévignan en arrêtera les cuves à la fin du mois de juin.",
    "Pour ses 84 ouvriers, c’est la fin d’une attente commencée quand le prix du lait s’est effondré.",
    "« Nous perdons 9 centimes sur chaque litre depuis deux hivers », répète Maud Lestrange, à la tête de l’entreprise.",
    "Personne ou presque, parmi les vieux du village, n’imaginait que l’odeur du petit-lait quitterait la place.",
    "Le délégué Bastien Orcival veut croire à un acheteur et demande des comptes sur l’argent public reçu.",
    "Côté élus, on parle d’ateliers d’artisans dans les bâtiments, que la collectivité régionale achèterait.",
    "Les paysans, eux, regardent du côté de Montférier, une heure de camion par tous les temps.",
    "Rendez-vous est pris jeudi avec le sous-préfet de Vauclaire, et chacun promet d’y dire ce qu’il a sur le cœur.",
)

LONG = tuple(
    f"Au chapitre {n} de son enquête, la commission relève que le village {name} a vendu {n * 37} hectares de "
    f"{crop} à la société {name[:4]}agri, dont {n * 5} parts reviennent à un négociant de {name[::-1].title()}."
    for n, (name, crop) in enumerate(
        zip(
            [f"{a}{b}" for a in ("Sarre", "Monde", "Clari", "Ferra", "Tulle") for b in ("court", "vigne", "zac", "bois", "mont", "lieu", "fond", "val")],
            ["vignes", "prairies", "vergers", "bois", "friches"] * 8,
            strict=True,
        ),
        start=1,
    )
)  # fmt: skip


def article(title, sentences, a_line=2):
    """A headline, then paragraphs of some sentences a line."""
    lines = [" ".join(sentences[n : n + a_line]) for n in range(0, len(sentences), a_line)]
    return "\n".join([title, *lines])


def form(town, day, *figures):
    """A weather report: the words are always the same."""
    a, b, c, d, e = figures
    return (
        f"Météo à {town}\n{day}, le ciel restera voilé sur {town} jusqu’à la mi-journée, avant de belles éclaircies.\n"
        f"Les températures iront de {a} degrés à l’aube à {b} degrés vers 16 heures, sous un vent de {c} km/h.\n"
        f"En mer, la visibilité sera bonne, la houle de {d} mètres et la hauteur d’eau de {e} mètres au port.\n"
        "Retrouvez les prévisions des jours suivants et la carte des vents sur le panneau de la capitainerie.\n"
    )
