"""The words by which a question about the articles themselves is known, as regular expressions over folded text.

Folded: lower case, no accents, marks and hyphens as spaces (`rag.query.intent`). One that matches must match all of it.
"""

from __future__ import annotations

import re

BEFORE = re.compile(
    r"(?:(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|good morning|hola|buenos dias|hallo|guten tag|ciao|buongiorno|salve|"
    r"ola|bom dia|alors|eh bien|ok|merci|"
    r"s'il (?:te|vous) plait|stp|svp|please|por favor|bitte|per favore|per piacere|"
    r"(?:est ce que )?(?:tu peux|vous pouvez|tu pourrais)|peux tu|pourrais tu|pouvez vous|pourriez vous|"
    r"(?:je (?:voudrais|veux)|j'aimerais)(?: que tu| que vous)?|(?:me |m')?(?:dis|dire|dites)(?: moi)?(?= (?:de quoi|ce que|quels|quelles|combien d'articles))|"
    r"(?:can|could|would|will) you|(?:i would|i'd) like(?: you)?(?: to)?|i want(?: you)? to|"
    r"(?:me )?(?:puedes|podrias|puede|podria)(?: (?=resum|dec|habl|mostr|list))?|quiero|quisiera|"
    r"(?:kannst|konntest) du|(?:konnen|konnten) sie|"
    r"(?:mi )?(?:puoi|potresti|puo)|vorrei|"
    r"(?:me )?(?:podes|pode|poderias|poderia|voce pode)|queria|gostaria de)(?: |$))+"
)
AFTER = re.compile(
    r" (?:s'il (?:te|vous) plait|stp|svp|please|por favor|bitte|per favore|per piacere|merci|thanks|thank you|gracias|danke|"
    r"grazie|obrigad[oa])$"
)

GREETINGS = {
    "fr": r"(?:(?:bonjour|bonsoir|salut|coucou|rebonjour|au revoir|bonne (?:journee|soiree|nuit)|a bientot|ca va|"
    r"comment (?:ca va|vas tu|allez vous)|tout le monde|a tous|a toi|citeline)(?: |$))+"
    r"|(?:qui|quoi) (?:es tu|etes vous)|(?:qu'est ce que(?: c'est que)?|c'est quoi) citeline"
    r"|tu es qui|t'es qui|comment (?:t'appelles tu|tu t'appelles|vous appelez vous)"
    r"|(?:aide|au secours|aide moi|aidez moi|a l'aide|j'ai besoin d'aide)"
    r"|(?:que|qu'est ce que) (?:peux tu|pouvez vous|sais tu|savez vous|tu peux|tu sais|vous pouvez)(?: me)? faire(?: pour moi)?"
    r"|a quoi (?:tu sers|sers tu|ca sert|servez vous)"
    r"|comment (?:ca|cela) (?:marche|fonctionne)|comment (?:tu marches|t'utiliser|utiliser citeline|fonctionnes tu)"
    r"|comment (?:poser|dois je poser|puis je poser|je pose) (?:une|des|mes|ma) questions?",
    "en": r"(?:(?:hello|hi|hey|hiya|good (?:morning|afternoon|evening|night)|goodbye|bye|howdy|how are you(?: doing)?|there|"
    r"everyone|all|citeline)(?: |$))+"
    r"|who are you|what are you|what is (?:this|citeline)|what's (?:this|citeline|your name)|what is your name"
    r"|help|help me|i need help|what (?:can|do) you do(?: for me)?|what can i do(?: here)?"
    r"|how (?:does (?:this|it|citeline) work|do you work|do i (?:use (?:this|you|it|citeline)|ask(?: a question| questions)?|start))",
    "es": r"(?:(?:hola|buenos dias|buenas(?: tardes| noches)?|adios|hasta luego|que tal|como estas|a todos|citeline)(?: |$))+"
    r"|quien eres|que eres|como te llamas|ayuda|ayudame|que (?:puedes|sabes) hacer|como funciona(?:s)?(?: esto)?|para que sirves",
    "de": r"(?:(?:hallo|guten (?:tag|morgen|abend)|moin|servus|gruss gott|tschuss|auf wiedersehen|wie geht's|wie geht es (?:dir|ihnen)|"
    r"zusammen|citeline)(?: |$))+"
    r"|wer bist du|wer sind sie|was bist du|wie heisst du|hilfe|hilf mir|was kannst du(?: tun)?|was konnen sie(?: tun)?"
    r"|wie funktioniert (?:das|es|citeline|dies)|wie funktionierst du",
    "it": r"(?:(?:ciao|buongiorno|buonasera|buon giorno|buona sera|salve|arrivederci|come (?:stai|va)|a tutti|citeline)(?: |$))+"
    r"|chi sei|cosa sei|come ti chiami|aiuto|aiutami|(?:che )?cosa (?:puoi|sai) fare|come funzion[ai](?: questo)?|a cosa servi",
    "pt": r"(?:(?:ola|oi|bom dia|boa (?:tarde|noite)|tchau|adeus|ate logo|tudo bem|como (?:estas|vai)|a todos|citeline)(?: |$))+"
    r"|quem es(?: tu)?|quem e voce|o que es|como te chamas|ajuda|ajuda me|me ajuda|o que (?:podes|sabes|voce pode|pode) fazer"
    r"|como (?:funciona|funcionas)(?: isto| isso)?|para que serves",
}
THANKS = {
    "fr": r"(?:(?:ok|super|parfait|genial|tres bien|un grand|mille|non|oui|bon|bien|d'accord|c'est|citeline)(?: |$))*"
    r"merci(?: (?:beaucoup|bien|a toi|a vous|infiniment|bonne journee|bonne soiree|pour (?:tout|ton aide|votre aide|l'aide|ta reponse|la reponse|votre reponse)|"
    r"citeline|et|au revoir))*"
    r"|(?:super|parfait|genial|tres bien|bravo|d'accord|ok)",
    "en": r"(?:(?:ok|great|perfect|good|many|no|yes|cool|fine|citeline)(?: |$))*(?:thanks?|thank you|thx|cheers)"
    r"(?: (?:you|a lot|so much|very much|again|for (?:everything|your help|the help|the answer)|citeline|goodbye|bye))*"
    r"|(?:great|perfect|well done|cool|awesome)",
    "es": r"(?:(?:ok|muchas|perfecto|genial|mil|vale)(?: |$))*gracias(?: (?:por todo|por (?:tu|la|su) (?:ayuda|respuesta)))?",
    "de": r"(?:(?:ok|super|vielen|tausend|besten|herzlichen|perfekt|gut)(?: |$))*(?:danke?|dank)(?: (?:schon|dir|ihnen|sehr|fur alles|fur die hilfe))*|dankeschon",
    "it": r"(?:(?:ok|perfetto|molte|mille|tante)(?: |$))*grazie(?: (?:mille|tante|di tutto|a te))*",
    "pt": r"(?:(?:ok|perfeito|muito|otimo)(?: |$))*obrigad[oa](?: (?:por tudo|pela ajuda|a ti))*",
}  # fmt: skip

# In the rules: {own} all the articles, {one} one of them, {on} "about", {file} a file's name, {topic} the rest.
ENDING = r"\.(?:txt|md|markdown|text)$"
FILE = r"\S.*\.(?:txt|md|markdown|text)"
PARTS = {
    "fr": {
        "own": r"(?:(?:tous |toutes )?(?:mes|tes|vos|les|ces|nos|des) (?:articles|textes|documents|fichiers|sources|papiers)"
        r"|(?:ma|ta|votre) (?:bibliotheque|base|collection))",
        "one": r"(?:(?:l'|cet |mon |ton |votre |un )article|(?:le |ce |mon |ton |votre |un )(?:texte|document|fichier|papier)"
        r"|(?:la |cette )depeche)",
        "on": r"(?:(?:sur|concernant|intitule|nomme|appele) |(?:a propos |au sujet |qui (?:parlent?|traitent?) )d(?:e |u |es |'))",
        "of_topic": r"(?:(?: {on}| d(?:e |u |es |')| ){topic})?",
        "topic_the": r"(?=le |la |les |l'|cette |cet |ce ){topic}",
    },
    "en": {
        "own": r"(?:(?:all )?(?:of )?(?:my|your|the|these|our|those) (?:articles|texts|documents|files|sources|stories)"
        r"|(?:my|your) (?:library|collection|articles))",
        "one": r"(?:(?:the|this|that|my|your|an?) (?:article|text|document|file|story|piece))",
        "on": r"(?:(?:about|on|concerning|regarding|called|titled|entitled|named|covering|of) )",
        "of_topic": r"(?:(?: {on}| ){topic})?",
        "topic_the": r"(?=the |this |that ){topic}",
    },
    "es": {
        "own": r"(?:(?:todos )?(?:mis|tus|sus|los|estos|nuestros) (?:articulos|textos|documentos|archivos)|(?:mi|tu|su) biblioteca)",
        "one": r"(?:(?:el|este|ese|mi|tu|un) (?:articulo|texto|documento|archivo))",
        "on": r"(?:(?:sobre|acerca de|acerca del|titulado|llamado|que (?:habla|hablan|trata|tratan) (?:de|del|sobre)) )",
        "of_topic": r"(?:(?: {on}| del? | ){topic})?",
    },
    "de": {
        "own": r"(?:(?:all )?(?:alle |allen )?(?:meine[nr]?|deine[nr]?|ihre[nr]?|die|den|diese[nr]?|unsere[nr]?) ?(?:artikeln?|texten?|dokumenten?|dateien|quellen)"
        r"|(?:meine[r]?|deine[r]?) (?:bibliothek|sammlung))",
        "one": r"(?:(?:der|den|dem|das|die|dieser|diesen|diesem|dieses|mein|meinen|ein|einen|des) (?:artikels?|text(?:es)?|dokuments?|datei))",
        "on": r"(?:(?:uber|zu|zum|zur|von|vom|namens|mit dem titel) )",
        "of_topic": r"(?:(?: {on}| ){topic})?",
    },
    "it": {
        "own": r"(?:(?:tutti )?(?:i miei |i tuoi |i suoi |i vostri |i nostri |i |gli |questi |dei |negli |nei |nei miei |nei tuoi |dei miei |miei )"
        r"(?:articoli|testi|documenti|file)|la (?:mia|tua) biblioteca)",
        "one": r"(?:l'articolo|quest'articolo|(?:il|questo|il mio|un) (?:articolo|testo|documento|file))",
        "on": r"(?:(?:su|sul|sullo|sulla|sui|sugli|sulle|riguardo a|riguardo al|intitolato|chiamato|che parlan?o? (?:di|del|della)) |(?:sull|che parla dell)')",
        "of_topic": r"(?:(?: {on}| (?:del |della |di |dell')| ){topic})?",
    },
    "pt": {
        "own": r"(?:(?:todos )?(?:(?:os|dos|nos) )?(?:meus|teus|seus|os|estes|nossos) (?:artigos|textos|documentos|ficheiros|arquivos)"
        r"|(?:a )?(?:minha|tua|sua) biblioteca)",
        "one": r"(?:(?:o|este|esse|meu|um) (?:artigo|texto|documento|ficheiro|arquivo))",
        "on": r"(?:(?:sobre|acerca de|acerca do|acerca da|intitulado|chamado|que falam? (?:de|do|da|sobre)) )",
        "of_topic": r"(?:(?: {on}| (?:do |da |de )| ){topic})?",
    },
}  # fmt: skip

CONTENTS = {
    "fr": (
        r"de quoi (?:parlent|traitent) {own}(?: en general)?",
        r"(?:de quoi|qu'est ce que) (?:ca|cela|il|tout ca) (?:parle|contient)",
        r"(?:de )?(?:quels?|quelles) (?:sont les )?(?:articles|textes|documents|fichiers|sources|sujets|themes)(?: est ce que)?"
        r"(?: (?:tu as|j'ai|as tu|avez vous|vous avez|ai je|sont (?:la|disponibles|indexes|abordes|traites|presents)|connais tu|connaissez vous"
        r"|y a t il|il y a|contient {own}|parlent {own}|abordent {own}|traitent {own}|peux tu lire|as tu lus?|avez vous lus?))"
        r"(?: (?:ici|la dedans|en stock|dans {own}|de {own}|des articles))?(?: {on}{topic})?",
        r"quels sont (?:mes|tes|vos|les|ces) (?:articles|textes|documents|fichiers)(?: disponibles)?(?: {on}{topic})?",
        r"quels sont les (?:sujets|themes|titres)(?: abordes| traites)?(?: (?:de|dans|des|par) (?:{own}|articles))?",
        r"(?:me |m'|nous )?(?:liste[rz]?|enumere[rz]?|montre[rz]?|affiche[rz]?|donne[rz]?|presente[rz]?|voir|cite[rz]?)(?: moi| nous)?"
        r" (?:la liste (?:de |des ))?(?:{own}|articles|(?:les )?titres(?: (?:de |des )(?:{own}|articles))?)(?: {on}{topic})?",
        r"(?:la |une )?(?:liste|sommaire|titres|inventaire)(?: complete)?(?: (?:de |des )(?:{own}|articles|textes))?",
        r"(?:qu'est ce qu'il y a|qu'y a t il|il y a quoi|y a quoi|qu'as tu|t'as quoi|tu as quoi)(?: comme (?:articles|textes|sujets))?"
        r" ?(?:la dedans|ici|dedans|dans {own}|en stock)?",
        r"que (?:contient|contiennent) {own}",
        r"(?:combien d'articles|combien de (?:textes|documents|fichiers))(?: est ce que)? ?(?:as tu|avez vous|ai je|y a t il|tu as|j'ai|il y a|contient {own})?(?: (?:ici|la dedans|en tout|au total|dans {own}))*",
        r"(?:me |m')?(?:resume[rz]?|synthetise[rz]?)(?: moi)? (?:(?:tous )?(?:mes|tes|vos|les|ces) (?:articles|textes|documents|fichiers)|tout)",
        r"sur quoi (?:puis je|peut on|je peux) (?:te |t'|vous )?(?:interroger|poser des questions)|que puis je (?:te |vous )?demander",
        r"(?:as tu|avez vous|y a t il|ai je|tu as|trouve(?:z)?(?: moi)?|cherche(?:z)?(?: moi)?) (?:des |les |un |d'autres )(?:articles?|textes?|documents?) {on}{topic}",
    ),
    "en": (
        r"what(?:'s| is)? (?:do you have |have you got |there )?(?:in|inside) (?:here|there|{own}|the library|this library)",
        r"(?:what|which) (?:articles|texts|documents|files|stories|topics|subjects)"
        r"(?: (?:do (?:you|i|we) have|have you(?: got)?|are (?:there|in (?:here|there|the library|{own})|available|indexed|covered)|can you (?:read|see|access)|do {own} cover|does {own} (?:have|hold|contain)))"
        r"(?: (?:here|in here|in {own}))?(?: {on}{topic})?",
        r"(?:please )?(?:list|show|give|enumerate|name|display)(?: me| us)? (?:the list of |a list of |the titles of |all )?(?:{own}|articles|the titles)(?: {on}{topic})?",
        r"(?:the |a )?(?:list of |titles of )(?:{own}|articles)|table of contents|contents",
        r"what (?:are|is) {own} about",
        r"what do {own} (?:talk about|cover|contain|deal with|discuss)|what does {own} (?:contain|cover|hold)",
        r"what do you have(?: (?:here|in store))?|what have you got(?: here)?",
        r"how many (?:articles|texts|documents|files)(?: (?:do (?:you|i|we) have|have you got|are there|are in (?:here|the library|{own})|does {own} (?:have|hold|contain)))?(?: (?:here|in here|in total|in {own}))?",
        r"what can i ask(?: you)?(?: (?:about|here))?|what topics can i ask about",
        r"(?:summari[sz]e|sum up) (?:{own}|everything)|(?:a |the )?(?:summary|overview) of {own}",
        r"(?:do you have|have you(?: got)?|are there|find(?: me)?|do i have) (?:any |some |the |an? |other )?(?:articles?|texts?|documents?|stories) {on}{topic}",
    ),
    "es": (
        r"(?:de que|sobre que) (?:hablan|tratan|van) {own}",
        r"(?:que|cuales|cuales son) (?:los |mis |tus )?(?:articulos|textos|documentos|temas)(?: (?:tienes|tengo|hay|tiene|estan disponibles|contiene {own}|tratan {own}))?(?: (?:aqui|en {own}))?(?: {on}{topic})?",
        r"(?:me )?(?:lista|listar|enumera|muestra|muestrame|ensename|dame|decir|dime) (?:la lista de |una lista de )?(?:{own}|articulos)(?: {on}{topic})?",
        r"(?:la )?lista de (?:{own}|articulos)|que hay (?:aqui|dentro|en {own})|que (?:contienen|contiene) {own}|que tienes(?: aqui)?",
        r"cuantos (?:articulos|textos|documentos)(?: (?:tienes|tengo|hay))?(?: aqui)?|(?:resume|resumir|resumeme) {own}|que puedo preguntar(?:te)?",
        r"(?:tienes|hay|tengo) (?:algun |algunos |un |articulos? )?(?:articulos? )?{on}{topic}",
    ),
    "de": (
        r"(?:wovon|woruber) (?:handeln|sprechen|berichten) {own}|worum geht es in {own}|um was geht es in {own}",
        r"(?:welche|was fur) (?:artikel|texte|dokumente|themen|dateien)(?: (?:hast du|haben sie|habe ich|gibt es|sind (?:da|hier|drin|vorhanden|verfugbar)|kennst du|behandeln {own}))(?: (?:hier|in {own}))?(?: {on}{topic})?",
        r"(?:liste|zeig|zeige|nenn|nenne|gib)(?: mir| uns)? (?:eine liste (?:der|von) |die liste (?:der|von) )?(?:{own}|artikel|alle artikel)(?: {on}{topic})?(?: auf)?",
        r"(?:die |eine )?(?:liste|ubersicht) (?:der|aller|meiner) artikel|was (?:ist|gibt es|steht) (?:hier|da|hier drin|darin|in {own})(?: drin)?|was enthalten {own}|inhaltsverzeichnis",
        r"wie ?viele (?:artikel|texte|dokumente)(?: (?:hast du|haben sie|habe ich|gibt es|sind (?:da|hier)))?(?: hier)?|(?:fasse?|fass) {own} zusammen|was kann ich (?:dich )?fragen",
        r"(?:hast du|haben sie|gibt es|habe ich) (?:einen |irgendwelche |andere )?artikel {on}{topic}",
    ),
    "it": (
        r"di (?:che )?(?:cosa|che) (?:parlano|trattano) {own}",
        r"(?:quali|che|quali sono)(?: gli| i)? (?:articoli|testi|documenti|temi|argomenti)(?: (?:hai|ho|ci sono|abbiamo|sono disponibili|trattano {own}))?(?: (?:qui|in archivio))?(?: {on}{topic})?",
        r"(?:elenca|elencami|elencare|mostra|mostrami|mostrare|dammi|lista) (?:la lista degli |la lista dei |l'elenco degli |l'elenco dei |tutti )?(?:{own}|articoli)(?: {on}{topic})?",
        r"(?:la )?(?:lista|elenco) (?:degli|dei) (?:articoli|miei articoli|testi)|l'elenco degli articoli|(?:che )?cosa (?:c'e|contengono|contiene|hai) ?(?:qui|qui dentro|qua dentro|dentro|{own})?",
        r"quanti (?:articoli|testi|documenti)(?: (?:hai|ho|ci sono|abbiamo))?(?: qui)?|(?:riassumi|riassumere|riassumimi) {own}|(?:che )?cosa posso chiedere|cosa posso chiederti",
        r"(?:hai|ci sono|c'e) (?:degli |un |altri )?(?:articoli|articolo) {on}{topic}",
    ),
    "pt": (
        r"(?:de que|sobre o que|do que|sobre que) (?:falam|tratam) {own}",
        r"(?:que|quais|quais sao)(?: os)? (?:artigos|textos|documentos|temas|assuntos)(?: (?:tens|tem|tenho|ha|existem|voce tem|estao disponiveis|tratam {own}))?(?: aqui)?(?: {on}{topic})?",
        r"(?:lista|listar|liste|mostra|mostrar|mostre|enumera|da|de)(?: me)? (?:a lista (?:dos|de) )?(?:{own}|artigos)(?: {on}{topic})?",
        r"(?:a )?lista (?:dos|de) (?:meus )?artigos|o que (?:ha|tem|contem|existe) (?:aqui|aqui dentro|em {own}|{own}|nos meus artigos)|o que (?:tens|voce tem)(?: aqui)?",
        r"quantos (?:artigos|textos|documentos)(?: (?:tens|tem|tenho|ha|existem|voce tem))?(?: aqui)?|(?:resume|resumir|resuma) {own}|o que posso perguntar",
        r"(?:tens|tem|ha|existem) (?:algum |alguns |um )?artigos? {on}{topic}",
    ),
}  # fmt: skip

SUMMARY = {
    "fr": (
        r"(?:me |m'|nous )?(?:resume[rz]?|synthetise[rz]?)(?: moi| nous)?(?: (?:en|brievement) (?:\w+ )?(?:phrases|lignes|mots|points))?(?: brievement)? {one}{of_topic}",
        r"(?:me |m'|nous )?(?:resume[rz]?|synthetise[rz]?)(?: moi| nous)? {file}",
        r"(?:(?:me |m')?(?:fais|faire|fait|faites|donne[rz]?|ecri[st]|redige[rz]?)(?: moi| nous)? )?(?:un |une |le |la )?(?:bref |breve |court |courte |petit |petite |rapide )?(?:resume|synthese) (?:de |du |d')(?:{one}|article|texte|document|fichier){of_topic}",
        r"(?:(?:me |m')?(?:fais|faire|donne[rz]?|ecri[st])(?: moi| nous)? )?(?:un |une |le |la )?(?:bref |breve |court |courte |petit |petite )?(?:resume|synthese) (?:de |du |d')?{file}",
        r"de quoi (?:parle|traite|est il question dans|s'agit il dans|il s'agit dans)(?: t il)? {one}(?: {on}{topic})?",
        r"de quoi (?:parle|traite|est il question dans|s'agit il dans) (?:l'article |le fichier |le texte |le document )?{file}",
        r"{one}(?: {on}{topic})? (?:parle|traite) de quoi",
        r"(?:que|qu'est ce que) (?:dit|raconte|contient|explique|rapporte) (?:{one}(?: {on}{topic})?|(?:l'article |le fichier |le texte |le document )?{file})",
        r"(?:quel(?:le)?s? (?:est|sont) |(?:donne|donner|dis)(?: moi)? )?(?:l'essentiel|les (?:points (?:cles|importants|principaux|essentiels)|idees principales|grandes lignes)|le propos) (?:de |du )(?:{one}(?: {on}{topic})?|article {on}{topic}|(?:l'article |le fichier )?{file})",
    ),
    "en": (
        r"(?:summari[sz]e|sum up|recap|tl dr(?: of)?|tldr(?: of)?)(?: (?:for )?me| briefly)? {one}{of_topic}",
        r"(?:summari[sz]e|sum up|recap|tl dr(?: of)?|tldr(?: of)?)(?: (?:for )?me)? the {topic} (?:article|story|piece|text|dispatch)",
        r"(?:summari[sz]e|sum up|recap|tl dr(?: of)?|tldr(?: of)?)(?: (?:for )?me)? {file}",
        r"(?:(?:give|write|make|show|get|have)(?: me| us)? )?(?:a |the )?(?:short |brief |quick )?summary of (?:{one}(?: {on}{topic})?|the {topic} (?:article|story|piece|text)|{file})",
        r"what(?:'s| is) {one}(?: {on}{topic})? about",
        r"what(?:'s| is) the {topic} (?:article|story|piece) about",
        r"what(?:'s| is) (?:the (?:file|article) )?{file} about",
        r"what does {one}(?: {on}{topic})? (?:say|talk about|cover|contain|tell)",
        r"what does the {topic} (?:article|story|piece) (?:say|talk about|cover|contain|tell)",
        r"what does (?:the (?:file|article) )?{file} (?:say|talk about|cover|contain)",
        r"(?:what (?:is|are) |give me )?the (?:gist|key points|main points|essence|highlights|key takeaways) of (?:{one}(?: {on}{topic})?|the {topic} (?:article|story|piece)|{file})",
    ),
    "es": (
        r"(?:me )?(?:resume|resumeme|resumir|resumirme|resuma|resumes) {one}{of_topic}",
        r"(?:me )?(?:resume|resumeme|resumir|resuma) {file}",
        r"(?:(?:haz|hazme|dame|escribe|haga)(?: me)? )?(?:un )?(?:breve )?resumen (?:de |del )(?:{one}|articulo|texto){of_topic}",
        r"(?:(?:haz|hazme|dame)(?: me)? )?(?:un )?(?:breve )?resumen (?:de |del )(?:archivo )?{file}",
        r"de que (?:habla|trata|va) {one}(?: {on}{topic})?",
        r"de que (?:habla|trata|va) (?:el archivo |el articulo )?{file}",
        r"que (?:dice|cuenta|explica|contiene) (?:{one}(?: {on}{topic})?|{file})",
    ),
    "de": (
        r"(?:bitte )?(?:fasse?|fassen sie)(?: mir| uns)?(?: bitte)? {one}(?: {on}{topic})? (?:kurz )?zusammen",
        r"(?:fasse?|fassen sie)(?: mir)?(?: bitte)? (?:die datei )?{file} zusammen",
        r"(?:mir )?{one}(?: {on}{topic})? (?:kurz )?zusammenfassen",
        r"(?:(?:gib|schreib|mach)(?: mir)? )?(?:eine |die )?(?:kurze )?zusammenfassung (?:des artikels|von (?:dem|diesem) artikel|vom artikel|dieses artikels)(?: {on}{topic})?",
        r"(?:wovon|woruber) (?:handelt|berichtet|spricht) {one}(?: {on}{topic})?",
        r"(?:worum|um was) geht(?: es|'s)? in (?:{one}(?: {on}{topic})?|(?:der datei )?{file})",
        r"(?:wovon|woruber) (?:handelt|berichtet) (?:die datei )?{file}",
        r"was (?:sagt|steht in|enthalt) (?:{one}(?: {on}{topic})?|(?:der datei )?{file})",
    ),
    "it": (
        r"(?:riassumi|riassumimi|riassumere|riassumermi|sintetizza) {one}{of_topic}",
        r"(?:riassumi|riassumimi|riassumere) (?:il file )?{file}",
        r"(?:(?:fai|fammi|dammi|fare|scrivi)(?: un)? )?(?:un |il )?(?:breve )?(?:riassunto|sintesi) (?:dell'articolo|del testo|di (?:quest'articolo|questo articolo))(?: {on}{topic})?",
        r"(?:(?:fammi|dammi) )?(?:un |il )?(?:breve )?riassunto (?:di |del file ){file}",
        r"di (?:che )?(?:cosa|che) (?:parla|tratta) {one}(?: {on}{topic})?",
        r"di (?:che )?(?:cosa|che) (?:parla|tratta) (?:il file )?{file}",
        r"(?:che )?cosa (?:dice|racconta|contiene|spiega) (?:{one}(?: {on}{topic})?|(?:il file )?{file})",
    ),
    "pt": (
        r"(?:me )?(?:resume|resumir|resuma|sintetiza)(?: me)? {one}{of_topic}",
        r"(?:me )?(?:resume|resumir|resuma)(?: me)? (?:o ficheiro |o arquivo )?{file}",
        r"(?:(?:faz|faca|da|de|escreve)(?: me)? )?(?:um )?(?:breve )?resumo (?:do artigo|do texto|deste artigo){of_topic}",
        r"(?:(?:faz|faca|da)(?: me)? )?(?:um )?(?:breve )?resumo (?:de |do ficheiro |do arquivo ){file}",
        r"(?:de que|do que|sobre o que) (?:fala|trata) {one}(?: {on}{topic})?",
        r"(?:de que|do que|sobre o que) (?:fala|trata) (?:o ficheiro |o arquivo )?{file}",
        r"(?:o )?que (?:diz|conta|explica|contem) (?:{one}(?: {on}{topic})?|{file})",
    ),
}  # fmt: skip

ABOUT = {
    "fr": (
        r"(?:qu'est ce que|ce que) {own} (?:disent|racontent|expliquent|rapportent) (?:{on}|d(?:e |u |es |')){topic}",
        r"(?:que|ce que|qu'est ce que) (?:disent|racontent|expliquent|rapportent|contiennent|nous apprennent|m'apprennent|savent) {own} (?:{on}|d(?:e |u |es |')){topic}",
        r"(?:que|qu'est ce que) (?:dit|contient) (?:ma|ta|votre) (?:bibliotheque|base|collection) {on}{topic}",
        r"(?:que|qu'est ce que|qu'est ce qu') ?(?:dit on|on dit|disent ils|est il dit|y a t il|trouve t on|on trouve) (?:{on}{topic} dans {own}|dans {own} {on}{topic})",
        r"(?:me |m')?parle[rz]?(?: moi| nous)? d(?:e |u |es |'){topic}",
        r"(?:que (?:sais tu|savez vous|peux tu (?:me |nous )?dire|pouvez vous (?:me |nous )?dire)|qu'est ce que (?:tu sais|tu as|vous savez|tu peux (?:me )?dire)|qu'as tu) (?:{on}|d(?:e |u |es |')){topic}",
        r"(?:me |m'en |en )?(?:dis|dites|dire|apprends|apprendre|savoir|raconte|en savoir)(?: moi| m'en| nous)?(?: en)? (?:plus |davantage |tout |quelque chose |tout ce que tu sais |ce que tu sais )?{on}{topic}",
        r"(?:me )?(?:raconte[rz]?|presente[rz]?)(?: moi| nous) {topic}",
        r"(?:as tu|avez vous|y a t il|ai je|tu as|donne moi|il y a|t'as)? ?(?:quelque chose|des infos?|des informations?|une info|infos?|informations?|de l'info|des nouvelles) {on}{topic}",
        r"(?:me |m')?(?:resume[rz]?|synthetise[rz]?)(?: moi| nous)? (?:ce que (?:disent|racontent|contiennent) {own} {on}{topic}|{own} {on}{topic}|(?:le dossier |le sujet |la situation |l'actualite )(?:{on}|d(?:e |u |es |')){topic})",
        r"(?:resume[rz]?|synthetise[rz]?|resumer)(?: moi| nous)? {topic_the}",
        r"(?:fais(?: moi)?|faire) le point {on}{topic}",
    ),
    "en": (
        r"what (?:do|does|did) {own} (?:say|tell(?: us| me)?|report|write|have to say|know) {on}{topic}",
        r"what(?:'s| is) (?:said|written|there|in {own}) (?:{on}{topic}|in {own} {on}{topic})",
        r"(?:tell me |show me )?what {own} (?:say|tell(?: us| me)?|report) {on}{topic}",
        r"tell(?: me| us)(?: (?:a bit |a little )?(?:more|everything|something|what you know|all))? about {topic}",
        r"what (?:do you know|can you (?:say|tell(?: me| us)?)|have you got|do you have|do (?:i|we) have) {on}{topic}",
        r"(?:do you have|have you(?: got)?|is there|do you know|find(?: me)?|show me) (?:anything|something|everything|any (?:info|information|news)|some (?:info|information|news)|info|information) {on}{topic}",
        r"(?:any |some )?(?:info|information|news|anything) {on}{topic}",
        r"(?:summari[sz]e|sum up) (?:what {own} (?:say|tell me|report) {on}{topic}|{own} {on}{topic}|(?:everything|what you (?:know|have)) {on}{topic})",
        r"(?:summari[sz]e|sum up|recap|tl dr(?: of)?|tldr(?: of)?)(?: (?:for )?me)? {topic_the}",
        r"(?:i (?:want|would like) to )?(?:know|learn) more about {topic}|(?:to )?(?:know|learn) (?:more )?about {topic}",
    ),
    "es": (
        r"que (?:dicen|cuentan|explican|informan) {own} (?:{on}|de |del ){topic}",
        r"(?:me )?(?:habla|hablame|hable|hablar|cuenta|cuentame|contar|dime|decirme|decir)(?: me)?(?: (?:mas|algo|todo|lo que sabes))? {on}{topic}",
        r"(?:hablame|habla me|cuentame|hable me) (?:de |del ){topic}",
        r"que (?:sabes|sabe|tienes|hay|puedes decir(?:me)?|se dice) (?:{on}|de |del ){topic}",
        r"(?:tienes|hay|alguna?) (?:algo|alguna informacion|informacion|noticias) {on}{topic}|(?:informacion|noticias|informaciones) {on}{topic}",
        r"(?:resume|resumir|resumeme) lo que dicen {own} {on}{topic}",
    ),
    "de": (
        r"was (?:sagen|schreiben|berichten|wissen|steht in|erzahlen) {own} {on}{topic}",
        r"was (?:steht|gibt es|findet sich) (?:in {own} )?{on}{topic}(?: in {own})?",
        r"(?:erzahl|erzahle|sag|sage|berichte|erzahlen sie)(?: mir| uns)?(?: (?:etwas|mehr|alles|was))? (?:{on}){topic}",
        r"(?:mir )?(?:etwas|mehr) uber {topic} (?:sagen|erzahlen)",
        r"was (?:weisst du|wissen sie|hast du|kannst du mir) {on}{topic}(?: sagen)?",
        r"(?:hast du|gibt es|haben sie) (?:etwas|informationen|infos|nachrichten) {on}{topic}|(?:infos?|informationen|nachrichten) {on}{topic}",
        r"(?:fasse?) zusammen was {own} {on}{topic} (?:sagen|schreiben|berichten)",
    ),
    "it": (
        r"(?:che )?(?:cosa )?(?:dicono|raccontano|riportano|spiegano) {own} (?:{on}|di |del |della |dell'|delle |dei ){topic}",
        r"(?:parlami|parla mi|raccontami|dimmi|dirmi|parlarmi)(?: (?:di piu|qualcosa|tutto))? (?:{on}|di |del |della |dell'|dello |delle |dei |degli ){topic}",
        r"(?:che )?cosa (?:sai|sapete|hai|c'e|puoi dirmi|si dice) (?:{on}|di |del |della |dell'|delle |dei ){topic}",
        r"(?:hai|ci sono|c'e) (?:qualcosa|informazioni|notizie|delle informazioni) {on}{topic}|(?:informazioni|notizie|info) {on}{topic}",
        r"(?:riassumi|riassumere|riassumimi) (?:quello|cio) che dicono {own} {on}{topic}",
    ),
    "pt": (
        r"(?:o )?que (?:dizem|contam|relatam|explicam|falam) {own} (?:{on}|do |da |dos |das |de ){topic}",
        r"(?:me )?(?:fala|fale|falar|conta|conte|diz|diga|dizer)(?: me)?(?: (?:mais|algo|tudo|alguma coisa))? (?:{on}|do |da |dos |das |de ){topic}",
        r"(?:o )?que (?:sabes|sabe|tens|ha|podes dizer|voce sabe|se diz) (?:{on}|do |da |dos |das |de ){topic}",
        r"(?:tens|ha|tem) (?:algo|alguma coisa|informacoes|noticias|alguma informacao) {on}{topic}|(?:informacoes|noticias|info) {on}{topic}",
        r"(?:resume|resumir|resuma) o que dizem {own} {on}{topic}",
    ),
}  # fmt: skip
