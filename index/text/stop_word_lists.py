"""Function words and question words of each language."""

from __future__ import annotations

from functools import cache

# Function words and question words; accents folded. They tell the language of a short text and carry no topic.
STOP_WORDS = {
    "fr": "a ai ainsi ait alors apres au aucun aussi autre aux avait avant avec avoir c ca ce cela celle celui ces cet "
    "cette ceux chez combien comme comment contre d dans de depuis des deux devait devrait doit donc dont du elle elles "
    "en encore entre est et etait etaient ete etre eu eux fait faut font il ils j je jusqu l la laquelle le lequel les "
    "lesquels leur leurs lors lorsqu lui m ma mais me meme mes moi moins mon n ne ni nos notre nous on ont ou par parce "
    "parmi pas pendant peu peut peuvent plus plusieurs pour pourquoi puis qu quand que quel quelle quelles quels qui quoi "
    "s sa sans se selon sera ses si soit son sont sous sur t ta tandis te tel telle tes toi ton tous tout toute toutes tres "
    "tu un une va vers voici vont vos votre vous y",
    "en": "a about after all also am an and any are as at be because been before being between both but by can could d did "
    "do does doing down during each few for from further had has have having he her here hers him his how i if in into is "
    "it its just ll me more most much many my no nor not now of off on once only or other our out over own re s same shall "
    "she should so some such t than that the their theirs them then there these they this those through to too under "
    "until up ve very was we were what when where which while who whom whose why will with would you your",
    "es": "a al algo algun ante antes como con contra cual cuales cuando cuanta cuanto cuantos de del desde donde dos el "
    "ella ellas ellos en entre era es esa ese eso esta estaba estan este esto fue fueron ha habia han hasta hay la las le "
    "les lo los mas me mi muy no nos o os para pero por porque que quien quienes se segun ser si sin sobre son su sus "
    "tambien te tiene tu un una unos y ya yo",
    "de": "aber als am an auch auf aus bei bin bis da dann das dass dem den der des die dies diese dieser du durch ein "
    "eine einem einen einer er es fur gegen hat hatte hatten haben ich ihr im in ist ja kein keine konnen mehr mit nach "
    "nicht noch nur ob oder seine sein seit sich sie sind so uber um und uns unter vom von vor wann war waren warum was "
    "welche welchem welchen welcher welches wenn wer werden wie wieviel wird wo wurde wurden zu zum zur zwischen",
    "it": "a ad agli ai al alla alle anche che chi ci come con contro cosa cui da dagli dai dal dalla dei del della delle "
    "di dove e ed era erano essere fu gli ha hanno i il in io la le lo loro ma mi ne nei nel nella non o per perche piu "
    "quale quali quando quanti quanto questa questo se si sono su sua sue suo tra un una uno",
    "pt": "a ao aos as ate com como contra da das de do dos e ela ele eles em entre era essa esse esta este eu foi foram "
    "ha isso isto ja la mais mas me na nas nao nem no nos o onde os ou para pela pelo por porque qual quais quando quanto "
    "quantos que quem se segundo sem ser seu sua sobre tambem tem um uma",
    "ro": "a ai al ale au avea ca care cand cat cata cate cati ce cea cei cel cine cu cui cum de despre din dupa este fost in "
    "intre la lui mai nu o pe pentru pot prin sa sau se si sunt un una unde unei unui",
    "tr": "bir bu cok da daha de gibi hangi icin ile kac kim kimdi kimdir kime kimin mi nasil ne neden nedir nerede neydi "
    "olan olarak o ve zaman",
    "nl": "aan als bij dan dat de der deze die dit door een en er had heeft het hij hoe hoeveel ik in is je kan maar met "
    "naar niet nog of om onder ook op over te tot uit van voor waar waarom wanneer was wat welke werd wie wordt zijn zo",
}  # fmt: skip


def stop_words(language: str) -> frozenset[str]:
    """Folded function and question words of a language, empty when it is not one of STOP_WORDS."""
    return _stop_words(language)


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(STOP_WORDS.get(language, "").split())
