"""Short texts in the code pages that old files are written in: (code page, text)."""

FRENCH = (
    "Élections à Brémont : la liste de Solène Quéré l'emporte avec 412 voix.",
    "Le maire a été réélu dès le premier tour, à la surprise générale.",
    "La crèche fermera l'été prochain, faute de moyens, a annoncé le préfet.",
    "« Nous n’avons pas été prévenus », déplore le président de l’association.",
    "Où dormiront les élèves ? La forêt brûlait encore à Noël.",
    "Le chœur a chanté à Orléans devant un public conquis.",
    "ÉTÉ DIFFICILE À LA FERME : LA RÉCOLTE DIVISÉE PAR TROIS",
    "Le café coûte désormais 3 € à la gare.",
)
GERMAN = (
    "Die Brücke über die Aare wird für zwei Monate gesperrt, teilte die Stadt mit.",
    "Der Bürgermeister möchte die Straße schließen, die Händler wehren sich.",
    "Übermorgen wird gewählt: Größte Sorge der Wähler bleibt die Miete.",
)
SPANISH = (
    "El alcalde anunció que la construcción del puente comenzará mañana.",
    "¿Quién pagará la reparación? Los vecinos exigen una explicación.",
    "Los niños volverán a la escuela el próximo lunes después del incendio.",
)
POLISH = (
    "Most przez rzekę zostanie otwarty w październiku, ogłosił burmistrz.",
    "Mieszkańcy skarżą się na hałas, ale władze miasta nie zmieniają planów.",
    "W zeszłym roku powódź zniszczyła trzydzieści domów i szkołę.",
    "Kobieta, która zgłosiła pożar, została ranna.",
)
CZECH = (
    "Most přes řeku bude otevřen v říjnu, oznámil včera starosta města.",
    "Obyvatelé si stěžují na hluk, město však své plány nezmění.",
    "Loni povodeň zničila třicet domů a základní školu.",
    "Žena, která požár ohlásila, byla lehce zraněna.",
)
HUNGARIAN = (
    "A folyó fölötti hidat októberben nyitják meg, közölte a polgármester.",
    "A lakók a zajra panaszkodnak, de az önkormányzat nem módosítja a terveket.",
    "Tavaly az árvíz harminc házat és egy iskolát rombolt le, erről írt a hűséges tudósító is, aki őszintén beszélt.",
)
RUSSIAN = (
    "Мост через реку откроется в октябре, сообщил мэр города.",
    "Жители жалуются на шум, но городские власти не меняют планов.",
    "В прошлом году наводнение разрушило тридцать домов и школу.",
    "Женщина, сообщившая о пожаре, получила лёгкие ранения.",
    "ПРОИСШЕСТВИЯ: пожар на складе в Калуге потушен",
    "«Мы не были предупреждены», — сказал председатель.",
)
BULGARIAN = (
    "Мостът над реката ще бъде открит през октомври, съобщи кметът.",
    "Жителите се оплакват от шума, но общината не променя плановете си.",
)
UKRAINIAN = (
    "Міст через річку відкриють у жовтні, повідомив міський голова.",
    "Торік повінь зруйнувала тридцять будинків і школу, її відбудують.",
)
GREEK = (
    "Η γέφυρα του ποταμού θα ανοίξει τον Οκτώβριο, ανακοίνωσε ο δήμαρχος.",
    "Οι κάτοικοι διαμαρτύρονται για τον θόρυβο από το εργοτάξιο.",
)
ARABIC = (
    "سيفتح الجسر فوق النهر في أكتوبر حسب ما أعلن رئيس البلدية.",
    "يشتكي السكان من الضوضاء لكن المدينة لا تغير خططها.",
    "دمر الفيضان ثلاثين منزلا ومدرسة في العام الماضي.",
    "افتتحت الوزيرة مستشفى جديدا في المدينة.",
)
CHINESE = (
    "市长昨天宣布,跨河大桥将于十月通车。",
    "居民抱怨噪音太大,但是市政府没有改变计划。",
    "去年的洪水毁坏了三十间房屋和一所学校。",
    "报告火灾的妇女受了轻伤,目前在医院治疗。",
    "咖啡现在卖三元。",
    "学校食堂的价格从二零二四年起上涨百分之五。",
)
TAIWANESE = (
    "市長昨天宣布,跨河大橋將於十月通車。",
    "居民抱怨噪音太大,但是市政府沒有改變計畫。",
    "去年的洪水毀壞了三十間房屋和一所學校。",
    "報告火災的婦女受了輕傷,目前在醫院治療。",
    "學校食堂的價格從二零二四年起上漲百分之五。",
)
JAPANESE = (
    "川にかかる橋は十月に開通すると市長が発表した。",
    "住民は騒音に不満を訴えているが、市は計画を変えない。",
    "昨年の洪水で三十軒の家と学校が壊れた。",
    "火事を通報した女性は軽いけがをした。",
    "コーヒーは駅で三百円になった。",
    "給食の値段は二〇二四年から五パーセント上がる。",
)
KOREAN = (
    "강을 건너는 다리는 시월에 개통된다고 시장이 발표했다.",
    "주민들은 소음에 불만을 나타냈지만 시는 계획을 바꾸지 않는다.",
)
_PAGES = (
    ("cp1252", (*FRENCH, *GERMAN, *SPANISH)),
    ("iso8859_15", FRENCH),
    ("mac_roman", (*FRENCH, *GERMAN, *SPANISH)),
    ("cp850", (*FRENCH, *GERMAN, *SPANISH)),
    ("cp1250", (*POLISH, *CZECH, *HUNGARIAN)),
    ("cp1251", (*RUSSIAN, *BULGARIAN, *UKRAINIAN)),
    ("koi8_r", RUSSIAN),
    ("cp1253", GREEK),
    ("cp1256", ARABIC),
    ("gb18030", CHINESE),
    ("big5", TAIWANESE),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("cp949", KOREAN),
)


def samples():
    """Yield (code page, text, bytes) of every text that its code page can write."""
    for page, texts in _PAGES:
        for text in texts:
            try:
                data = text.encode(page)
            except UnicodeEncodeError:
                continue
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                yield page, text, data
