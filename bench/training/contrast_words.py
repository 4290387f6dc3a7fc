"""Word lists of bench/training/contrast.py: frames that change what a sentence asserts, words that trade places,
additions.

In a frame, {s} is the sentence inside another one (small first letter, no full stop), {S} the same with its capital,
{que} French "que"/"qu'" with it, {subj} the same with its verb in the subjunctive, {si} French "si"/"s'" with it, {sp}
a speaker, {Sp} one at the beginning, {if} and {If} a condition. Lists under one kind are alternatives; speakers and
conditions stand at the same place in both languages, so that a claim in one can repeat what evidence in the other has.
"""

from __future__ import annotations

# What is asserted when the frame is around a sentence; bench/training/contrast.py gives the labels.
FRAMES: dict[str, dict[str, list[str]]] = {
    "fr": {
        "says": [
            "{Sp} affirme {que}.", "Selon {sp}, {s}.", "D'après {sp}, {s}.", "{S}, assure {sp}.", "{S}, selon {sp}.", "{Sp} soutient {que}.",
            "« {S} », a déclaré {sp}.", "{Sp} prétend {que}.", "Pour {sp}, {s}.", "À en croire {sp}, {s}.", "{Sp} en est convaincu : {s}.", "{Sp} estime {que}.",
            "{Sp} a raconté hier {que}.", "{S}, si l'on en croit {sp}.", "{Sp} dit à qui veut l'entendre {que}.", "« {S} », peut-on lire dans un message signé par {sp}.",
        ],
        "rumour": [
            "Le bruit court {que}.", "Selon une rumeur, {s}.", "Des messages partagés sur les réseaux sociaux affirment {que}.", "On raconte {que}.", "D'après des bruits de couloir, {s}.",
            "Une vidéo anonyme assure {que}.", "{S}, murmure-t-on dans les cafés.", "La rumeur veut {que}.", "On lit un peu partout {que}, sans qu'aucune source ne soit donnée.", "{S}, à ce qu'il paraît.",
            "Un tract non signé annonce {que}.", "Certains croient savoir {que}.",
        ],
        "false": [
            "Il est faux de dire {que}.", "Il est faux {subj}.", "Il n'est pas vrai {subj}.", "L'affirmation selon laquelle {s} est fausse.", "On a écrit à tort {que}.", "C'est une erreur de croire {que}.",
            "« {S} » : cette affirmation est fausse, vérification faite.", "Contrairement à la vérité, une publication affirme {que}.", "Un faux communiqué prétendait {que}.", "Nous avons écrit par erreur {que}.",
            "Aucun document ne vient appuyer l'idée {que}, et elle est inexacte.", "Non, il n'est pas exact {subj}.", "L'idée {que} est une légende sans fondement.", "Il ne faut pas croire {que} : c'est faux.",
        ],
        "denies": [
            "{Sp} dément {subj}.", "{Sp} nie {subj}.", "{Sp} conteste {subj}.", "{Sp} réfute l'idée {que}.", "Interrogé, {sp} a catégoriquement démenti {que}.", "« {S} » : c'est ce que dément {sp}.",
            "{Sp} rejette l'accusation selon laquelle {s}.",
        ],
        "condition": [
            "{If}, {s}.", "{S}, {if}.", "{S}, mais seulement {if}.", "C'est uniquement {if} {que}.",
        ],
        "open": [
            "Il est possible {subj}.", "Il se peut {subj}.", "On ignore encore {si}.", "La question est de savoir {si}.", "Rien ne permet de dire {si}.", "Il n'est pas exclu {subj}.", "{S}, semble-t-il.",
            "Il est encore trop tôt pour dire {si}.", "Peut-être bien {que}.", "L'hypothèse {que} reste à vérifier.", "{Sp} se demande {si}.", "Les enquêteurs cherchent à établir {si}.", "Il reste à prouver {que}.",
            "Est-il vrai {que} ? Le texte ne répond pas.",
        ],
        "fiction": [
            "Dans le dernier roman de cet écrivain, {s}.", "Le film raconte {que}.", "Dans la pièce jouée samedi, {s}.", "Imaginons un instant {que}.", "Dans le scénario de l'exercice, {s}.", "Dans son rêve, {s}.",
            "Le feuilleton de l'été part d'une idée simple : {s}.", "La bande dessinée suppose {que}.", "Dans la version inventée par les élèves, {s}.", "Pour son poisson d'avril, le journal a annoncé {que}.",
            "Le jeu vidéo se passe dans un monde où {s}.", "Dans ce récit de science-fiction, {s}.",
        ],
        "wish": [
            "{Sp} souhaite {subj}.", "{Sp} craint {subj}.", "{Sp} a demandé {subj}.", "{Sp} voudrait {subj}.", "{Sp} regrette de ne pas pouvoir annoncer {que}.", "{Sp} propose {subj}.", "{Sp} redoute {subj}.",
            "{Sp} rêve {subj}.", "{Sp} attend {subj}.", "Il faudrait {subj}, plaide {sp}.",
        ],
        "fact": [
            "Il est établi {que}.", "On sait désormais {que}.", "Comme chacun le sait, {s}.", "Il est vrai {que}.", "L'enquête a confirmé {que}.", "Contrairement à une idée reçue, {s}.", "Sans surprise, {s}.",
            "Malgré les démentis, {s} ; les documents le prouvent.", "Ce n'est plus une rumeur : {s}, c'est officiel.", "Il ne fait aucun doute {que}.", "Personne ne conteste {que}, et les archives le montrent.", "{Sp} a fini par reconnaître {que}, ce que les actes confirment.",
            "Si certains en doutaient, les faits sont là : {s}.", "Il n'est pas faux de dire {que}.", "Fait peu connu, {s}.", "{Sp} ignorait {que}.", "{Sp} n'avait pas oublié {que}.", "Peu de gens le savent, mais {s}.", "C'est un fait : {s}.",
            "Rappelons {que}.", "{Sp} a eu beau le nier, {s}.", "Le tribunal l'a établi : {s}.",
        ],
    },
    "en": {
        "says": [
            "{Sp} says that {s}.", "According to {sp}, {s}.", "{S}, {sp} claimed.", "{S}, according to {sp}.", "{Sp} insists that {s}.", "\"{S},\" {sp} said.", "{Sp} maintains that {s}.", "In the view of {sp}, {s}.",
            "{Sp} told reporters that {s}.", "{Sp} believes that {s}.", "If {sp} is to be believed, {s}.", "{Sp} argues that {s}.", "{S}, in the words of {sp}.", "{Sp} has alleged that {s}.",
        ],
        "rumour": [
            "Rumour has it that {s}.", "There is talk that {s}.", "Posts on social media say that {s}.", "It is rumoured that {s}.", "An unsigned leaflet says that {s}.", "{S}, or so people say.", "Some claim that {s}, without naming a source.",
            "An anonymous video claims that {s}.", "Word is going round that {s}.", "{S}, by hearsay.",
        ],
        "false": [
            "It is not true that {s}.", "It is false that {s}.", "The claim that {s} is false.", "It has been wrongly reported that {s}.", "\"{S}\": a check shows that this statement is false.", "A fake press release said that {s}.",
            "We wrote in error that {s}.", "It is a mistake to think that {s}.", "The idea that {s} is a myth.", "Contrary to the facts, a post states that {s}.", "No, it is untrue that {s}.",
        ],
        "denies": [
            "{Sp} denies that {s}.", "{Sp} disputes that {s}.", "Asked about it, {sp} flatly denied that {s}.", "{Sp} rejects the accusation that {s}.", "{Sp} refutes the idea that {s}.", "\"{S}\": that is what {sp} denies.",
        ],
        "condition": [
            "{If}, {s}.", "{S}, {if}.", "{S}, but only {if}.", "It is only {if} that {s}.",
        ],
        "open": [
            "It is possible that {s}.", "It may be that {s}.", "It is not known whether {s}.", "The question is whether {s}.", "It cannot be ruled out that {s}.", "{S}, it seems.", "It is too early to say whether {s}.", "Perhaps {s}.",
            "The theory that {s} has yet to be tested.", "{Sp} wonders whether {s}.", "Investigators are trying to establish whether {s}.", "It remains to be shown that {s}.",
        ],
        "fiction": [
            "In the writer's latest novel, {s}.", "The film tells how {s}.", "In the play staged on Saturday, {s}.", "Let us imagine that {s}.", "In the scenario of the drill, {s}.", "In his dream, {s}.", "The comic book supposes that {s}.",
            "As its April fool, the newspaper announced that {s}.", "The video game is set in a world where {s}.", "In the version made up by the pupils, {s}.",
        ],
        "wish": [
            "{Sp} hopes that {s}.", "{Sp} fears that {s}.", "{Sp} would like to be able to say that {s}.", "{Sp} wishes that {s}.", "{Sp} is waiting for the day when {s}.", "{Sp} dreams that {s}.", "{Sp} is worried that {s}.",
        ],
        "fact": [
            "It is established that {s}.", "It is now known that {s}.", "As everyone knows, {s}.", "It is true that {s}.", "The inquiry confirmed that {s}.", "Contrary to popular belief, {s}.", "Unsurprisingly, {s}.",
            "Despite the denials, {s}; the documents prove it.", "It is no longer a rumour: {s}, officially.", "There is no doubt that {s}.", "Nobody disputes that {s}, and the records show it.", "{Sp} finally admitted that {s}, which the files confirm.",
            "If anyone doubted it, the facts are there: {s}.", "It is not false to say that {s}.", "{Sp} did not know that {s}.", "{Sp} had not forgotten that {s}.", "Few people know it, but {s}.", "It is a fact that {s}.", "{Sp} denied it in vain: {s}.",
            "The court found it proven: {s}.",
        ],
    },
}  # fmt: skip

# How an answer that keeps the frame would put it; else the frame's own wordings are used.
SPEAKERS: dict[str, list[str]] = {
    "fr": [
        "le maire", "la préfète", "le syndicat", "un voisin", "la porte-parole du groupe", "l'avocat de la défense", "une étude privée", "le directeur de l'usine", "la ministre", "l'opposition", "un ancien employé", "le journal local",
        "la présidente de l'association", "le procureur", "l'entraîneur", "un témoin", "la compagnie", "le chercheur", "un député", "l'entreprise", "la police", "un historien", "sa sœur", "le conseil municipal", "une habitante",
        "Claire Vasseur", "Antoine Lemoigne", "Mme Belkacemi", "M. Okonkwo", "Judith Fontanel",
    ],
    "en": [
        "the mayor", "the prefect", "the union", "a neighbour", "the group's spokeswoman", "the defence lawyer", "a private study", "the plant manager", "the minister", "the opposition", "a former employee", "the local paper",
        "the chair of the association", "the prosecutor", "the coach", "a witness", "the company", "the researcher", "a member of parliament", "the firm", "the police", "a historian", "his sister", "the town council", "a resident",
        "Claire Vasseur", "Antoine Lemoigne", "Ms Belkacemi", "Mr Okonkwo", "Judith Fontanel",
    ],
}  # fmt: skip
CONDITIONS: dict[str, list[str]] = {
    "fr": [
        "si le budget est voté", "si les délais sont tenus", "à condition que l'État donne son accord", "si la météo le permet", "sauf si le recours aboutit", "à moins d'un nouvel accord", "au cas où la loi serait adoptée", "pourvu que les fonds arrivent",
        "si les analyses le confirment", "si la source dit vrai", "dans l'hypothèse où l'enquête le démontrerait", "si les partenaires signent", "sous réserve de vérification", "si le tribunal en décide ainsi", "tant que personne ne s'y oppose",
        "si l'accord est ratifié", "si les chiffres sont exacts", "en cas de victoire",
    ],
    "en": [
        "if the budget is passed", "if the deadlines are met", "on condition that the state agrees", "weather permitting", "unless the appeal succeeds", "short of a new agreement", "should the law be adopted", "provided that the funds arrive",
        "if the tests confirm it", "if the source is right", "assuming that the inquiry proves it", "if the partners sign", "subject to verification", "if the court so decides", "as long as nobody objects",
        "if the agreement is ratified", "if the figures are correct", "in the event of a win",
    ],
}  # fmt: skip

# One sentence is put right by another of the same text: {s} and {S} hold, {x} and {X} do not.
CORRECTIONS: dict[str, list[str]] = {
    "fr": [
        "Nous avons écrit {quex}. En réalité, {s}.", "Contrairement à ce que nous avons écrit, {s}.", "On a longtemps cru {quex}. Il est aujourd'hui établi {que}.", "« {X} » : cette phrase de notre édition d'hier était fausse. {S}.",
        "Dans un premier temps, il avait été annoncé {quex} ; le chiffre et les faits ont été corrigés : {s}.", "{S}, et non l'inverse : il est faux de dire {quex}.", "{S}. C'est par erreur que l'on a pu lire {quex}.",
        "Beaucoup pensent {quex} ; or, {s}.", "Erratum. {S}, et nous avions indiqué à tort {quex}.", "La rumeur voulait {quex}. Vérification faite, {s}.",
    ],
    "en": [
        "We wrote that {x}. In fact, {s}.", "Contrary to what we wrote, {s}.", "It was long believed that {x}. It is now established that {s}.", "\"{X}\": this sentence in yesterday's edition was wrong. {S}.",
        "At first it was announced that {x}; this has been corrected: {s}.", "{S}, and not the reverse: it is false that {x}.", "{S}. Some papers wrote by mistake that {x}.", "Many think that {x}; in fact, {s}.",
        "Correction. {S}; we had wrongly stated that {x}.", "Rumour had it that {x}. A check shows that {s}.",
    ],
}  # fmt: skip

# Sentences on other matters that hold the words a lazy checker would go by.
BESIDE: dict[str, list[str]] = {
    "fr": [
        "Il est faux que la piscine ferme.", "Le maire a démenti les rumeurs sur sa santé.", "Si la pluie continue, le marché sera annulé.", "Selon les organisateurs, deux cents personnes étaient là.", "La préfecture n'a pas souhaité répondre.",
        "Le concert pourrait être reporté.", "L'auteur prépare un nouveau roman.", "Nul ne sait qui a pris la photographie.", "Le club espère recruter un gardien.", "Une enquête est ouverte sur un tout autre dossier.", "Le suspect nie les faits.",
        "Aucun blessé n'est à déplorer dans l'autre accident.", "Le projet de tramway reste à l'étude.", "D'après un sondage, les habitants sont partagés.", "Il n'est pas certain que la fête ait lieu.", "La direction refuse de commenter les salaires.",
        "La bibliothèque serait agrandie l'an prochain.", "Le film est tiré d'une histoire inventée.", "Ce n'est pas la première fois.", "Le préfet aurait dû venir.", "Les riverains demandent que la rue soit fermée.", "Faute de moyens, la crèche n'ouvrira pas.",
    ],
    "en": [
        "It is not true that the pool is closing.", "The mayor denied the rumours about his health.", "If the rain goes on, the market will be cancelled.", "According to the organisers, two hundred people came.", "The prefecture did not wish to comment.",
        "The concert could be postponed.", "The author is working on a new novel.", "Nobody knows who took the photograph.", "The club hopes to sign a goalkeeper.", "An inquiry is open into quite another matter.", "The suspect denies the charges.",
        "No one was hurt in the other accident.", "The tram project is still being studied.", "A poll says that residents are divided.", "It is not certain that the fair will take place.", "The management refuses to comment on pay.",
        "The library may be enlarged next year.", "The film is based on an invented story.", "It is not the first time.", "Residents want the street to be closed.", "For lack of money, the nursery will not open.",
    ],
}  # fmt: skip

# Put before the full stop: more than was said.
ADDITIONS: dict[str, list[str]] = {
    "fr": [
        "à cause de son coût", "à la demande du maire", "pour la première fois", "à l'unanimité", "sans l'accord de la famille", "avec l'aide de l'État", "malgré l'opposition des habitants", "devant plusieurs centaines de personnes", "après de longues négociations",
        "en raison de la crise", "ce qui a provoqué de vives critiques", "et cela a été un échec", "grâce à un don privé", "contre l'avis des experts", "dans la plus grande discrétion", "pour éviter un procès", "comme l'a confirmé la préfecture",
        "et en a été récompensé", "faute de moyens", "une décision saluée par tous", "sous la pression des syndicats", "à la suite d'un accident", "en échange d'une somme d'argent", "pour des raisons de santé",
    ],
    "en": [
        "because of the cost", "at the mayor's request", "for the first time", "unanimously", "without the family's consent", "with help from the state", "in spite of local opposition", "in front of several hundred people", "after long negotiations",
        "because of the crisis", "which drew sharp criticism", "and it was a failure", "thanks to a private gift", "against the advice of experts", "in the greatest secrecy", "to avoid a trial", "as the authorities have confirmed",
        "and was rewarded for it", "for lack of money", "a decision praised by all", "under pressure from the unions", "following an accident", "in exchange for a sum of money", "for health reasons",
    ],
}  # fmt: skip

# Words that trade places, whole words, in their sentence as it stands: (one, other). What follows from the change:
# "contradicted" when both cannot hold, "not_carried" when that
# depends, "stronger" when the other says more than the one.
SWAPS: dict[str, list[tuple[str, str, str]]] = {
    "fr": [
        *((a, b, "contradicted") for a, b in (
            ("plus de", "moins de"), ("plus grand", "moins grand"), ("plus grande", "moins grande"), ("plus important", "moins important"), ("plus importante", "moins importante"), ("plus élevé", "moins élevé"), ("plus élevée", "moins élevée"),
            ("supérieur", "inférieur"), ("supérieure", "inférieure"), ("augmente", "diminue"), ("augmenté", "diminué"), ("augmentation", "diminution"), ("hausse", "baisse"), ("avant", "après"), ("au nord", "au sud"), ("à l'est", "à l'ouest"), ("au début", "à la fin"),
            ("début", "fin"), ("premier", "dernier"), ("première", "dernière"), ("première", "deuxième"), ("premier", "deuxième"), ("père", "fils"), ("mère", "fille"), ("victoire", "défaite"), ("ouvert", "fermé"), ("ouverte", "fermée"), ("rarement", "souvent"),
            ("toujours", "jamais"), ("droite", "gauche"), ("minorité", "majorité"), ("prédécesseur", "successeur"), ("vice-président", "président"), ("directeur adjoint", "directeur"), ("premier adjoint", "maire"), ("intérieur", "extérieur"), ("ancien", "futur"),
            ("ancienne", "future"), ("avec", "sans"), ("commence", "cesse"), ("construit", "détruit"), ("construite", "détruite"), ("accepte", "refuse"), ("accepté", "refusé"), ("gagne", "perd"), ("oncle", "neveu"), ("cousin", "frère"), ("au moins", "au plus"),
            ("masculin", "féminin"), ("public", "privé"), ("publique", "privée"), ("nord", "sud"), ("contre", "en faveur de"), ("maximum", "minimum"), ("importe", "exporte"), ("quitte", "rejoint"), ("vend", "achète"), ("vendu", "acheté"), ("forte", "faible"), ("fort", "faible"),
        )),
        *((a, b, "stronger") for a, b in (
            ("certains", "tous les"), ("certaines", "toutes les"), ("quelques", "tous les"), ("la plupart des", "tous les"), ("une partie des", "l'ensemble des"), ("parfois", "toujours"), ("souvent", "toujours"), ("en partie", "entièrement"), ("peut être", "est"),
            ("peut", "doit"), ("peuvent", "doivent"), ("généralement", "toujours"), ("presque", "exactement"), ("plusieurs", "tous les"), ("un des", "le seul des"),
            ("principalement", "uniquement"), ("notamment", "uniquement"),
            ("devrait", "va"), ("pourrait", "va"), ("a failli", "a fini par"),
        )),
        *((a, b, "not_carried") for a, b in (
            ("ancien", "actuel"), ("ancienne", "actuelle"), ("sera", "a été"), ("seront", "ont été"), ("mètres", "kilomètres"), ("millions", "milliards"), ("euros", "dollars"), ("ans", "mois"), ("jours", "semaines"), ("personnes", "ans"), ("habitants", "hectares"), ("heures", "jours"), ("blessés", "morts"), ("l'un des", "le premier des"),
        )),
    ],
    "en": [
        *((a, b, "contradicted") for a, b in (
            ("more than", "less than"), ("larger", "smaller"), ("largest", "smallest"), ("highest", "lowest"), ("higher", "lower"), ("increased", "decreased"), ("increase", "decrease"), ("rose", "fell"), ("before", "after"), ("north", "south"), ("northern", "southern"),
            ("east", "west"), ("eastern", "western"), ("first", "last"), ("first", "second"), ("early", "late"), ("father", "son"), ("mother", "daughter"), ("victory", "defeat"), ("won", "lost"), ("win", "lose"), ("open", "closed"), ("rarely", "often"), ("always", "never"),
            ("majority", "minority"), ("predecessor", "successor"), ("vice president", "president"), ("oldest", "youngest"), ("older", "younger"), ("best", "worst"), ("inside", "outside"), ("with", "without"), ("began", "ended"), ("beginning", "end"), ("accepted", "rejected"),
            ("at least", "at most"), ("public", "private"), ("against", "in favour of"), ("maximum", "minimum"), ("bought", "sold"), ("male", "female"), ("strong", "weak"), ("uncle", "nephew"), ("left", "right"), ("longest", "shortest"), ("gained", "lost"), ("joined", "left"),
            ("built", "demolished"), ("upper", "lower"), ("above", "below"), ("earlier", "later"), ("most", "few"),
        )),
        *((a, b, "stronger") for a, b in (
            ("some", "all"), ("most", "all"), ("many", "all"), ("sometimes", "always"), ("often", "always"), ("usually", "always"), ("partly", "entirely"), ("may be", "is"), ("can", "must"), ("could", "did"), ("may", "will"), ("might", "will"),
            ("almost", "exactly"), ("several", "all"), ("one of the", "the only one of the"), ("mainly", "only"), ("including", "only"),
            ("planned to", "managed to"), ("expected to", "known to"), ("wanted to", "had to"), ("tried to", "managed to"),
        )),
        *((a, b, "not_carried") for a, b in (
            ("former", "current"), ("will be", "was"), ("miles", "kilometres"), ("million", "billion"), ("dollars", "euros"), ("years", "months"), ("days", "weeks"), ("people", "years"), ("hours", "days"), ("injured", "killed"),
        )),
    ],
}  # fmt: skip

SUBJUNCTIVE = {
    "est": "soit", "sont": "soient", "a": "ait", "ont": "aient", "était": "ait été", "étaient": "aient été", "avait": "ait eu", "fut": "ait été", "furent": "aient été", "peut": "puisse", "peuvent": "puissent",
    "doit": "doive", "doivent": "doivent", "sera": "soit", "seront": "soient", "fait": "fasse",
}  # fmt: skip
CONDITIONAL = {
    "est": "serait", "sont": "seraient", "a": "aurait", "ont": "auraient", "était": "aurait été", "étaient": "auraient été", "fut": "aurait été", "furent": "auraient été", "doit": "devrait", "doivent": "devraient",
    "sera": "serait", "seront": "seraient", "fait": "ferait",
}  # fmt: skip
DOUBTED = {
    "is": "is reportedly", "are": "are reportedly", "was": "may have been", "were": "may have been", "has": "has allegedly", "have": "have allegedly", "had": "had reportedly", "will": "might",
}  # fmt: skip
NEGATABLE = {
    "fr": "est sont a ont était étaient avait avaient fut furent sera seront peut peuvent doit doivent".split(),
    "en": "is are was were has had can could will would should must".split(),
}

# Before a claim, changing nothing of what it says.
OPENERS = {
    "fr": ["Oui, {s}.", "Oui : {s}.", "Selon l'article, {s}.", "D'après le texte, {s}.", "L'article indique {que}.", "En effet, {s}.", "Effectivement, {s}.", "Il est écrit {que}."],
    "en": ["Yes, {s}.", "Yes: {s}.", "According to the article, {s}.", "The text says that {s}.", "Indeed, {s}.", "The article states that {s}."],
}  # fmt: skip
NAY = {"fr": ["Non, {s}.", "Non : {s}."], "en": ["No, {s}.", "No: {s}."]}

# A small first letter inside another sentence.
SMALL = {
    "fr": set(
        "le la les l un une des du de d ce cet cette ces il elle ils elles on en dans sur sous au aux à par pour avec sans son sa ses leur leurs "
        "après avant depuis pendant entre parmi plusieurs certains certaines quelques chaque tout toute tous toutes deux trois quatre cinq dix plus cela ceci c celui celle ceux "
        "lors vers selon aujourd environ sa notre nos votre".split()
    ),
    "en": set(
        "the a an this that these those it he she they we in on at by for with without from of its his her their our after before since during between among several some many most "
        "each every all both two three four five ten one more there when while as under over into about around although until".split()
    ),
}
# Sentences that lean on the one before, or already hold what a frame would add.
LEANING = {
    "fr": r"^(?:Mais|Et|Or|Donc|Car|Cependant|Toutefois|Pourtant|Ainsi|Néanmoins|De plus|En effet|Enfin|Ensuite|Puis|Par ailleurs|Par contre|Au contraire|Selon|D'après|D’après|Si|Bien que|Quant)\b",
    "en": r"^(?:But|And|Or|So|Yet|However|Thus|Therefore|Moreover|Furthermore|Nevertheless|Also|Then|Hence|Instead|According|If|Unless|Though|Although)\b",
}
HEDGED = {
    "fr": r"\b(?:selon|d'après|d’après|si|pourrait|pourraient|serait|seraient|aurait|auraient|peut-être|probablement|semble|semblent|faux|rumeur|prétend|affirme|estime|croit|pense|dit|déclare|considère|suppose|hypothèse|roman|film)\b",
    "en": r"\b(?:according|if|could|might|may|would|perhaps|probably|possibly|seems?|seemed|appears?|false|rumou?r|claims?|claimed|says?|said|believes?|believed|argued?|argues|suggest(?:s|ed)?|considered|alleged|reportedly|novel|film|movie|whether)\b",
}

# Natural sentences: what stands before the clause says it, and the clause alone is more than the sentence says.
SAYING = {
    "fr": r"\b(?:dit|déclare|déclara|déclaré|affirme|affirma|affirmé|estime|estima|estimé|pense|pensait|pensent|croit|croyait|croient|prétend|prétendait|soutient|soutenait|suggère|suggéra|suppose|supposait|considère|considérait|prédit|espère|espérait|craint|craignait|annonça|promit|assure|avance|juge) (?:que |qu'|qu’)",
    "en": r"\b(?:says|said|claims|claimed|argues|argued|believes|believed|thinks|thought|suggests|suggested|alleged|alleges|hoped|hopes|feared|fears|predicted|predicts|proposed|speculated|maintains|maintained|asserted|asserts|contends|contended|assumed) that ",
}
CLAUSE = {
    "fr": r",\s+(?:qui|que|qu'|qu’|dont|où|laquelle|lequel|tandis que|alors que|ainsi que|notamment|avec|puis|et|mais|ce qui|avant de|après avoir|comme)\s?",
    "en": r",\s+(?:which|who|whose|where|while|with|and|but|as well as|including|before|after|such as|followed by|making|leading)\s",
}
TURNING = {
    "fr": r",?\s+(?:si|s'il|s’il|à condition|sauf si|sauf|à moins|selon|d'après|d’après|sous réserve|pourvu|en cas d)\b",
    "en": r",?\s+(?:if|unless|provided|according to|except|assuming|subject to|in the event|as long as|pending)\b",
}
FINITE = {
    "fr": r"\b(?:est|sont|a|ont|était|étaient|avait|avaient|fut|furent|eut|peut|peuvent|doit|doivent|sera|seront|fait|font|devient|devint|reste|\w+(?:ait|aient|èrent|irent|ut|urent))\b",
    "en": r"\b(?:is|are|was|were|has|have|had|can|could|will|would|may|must|did|does|became|\w{3,}ed)\b",
}
