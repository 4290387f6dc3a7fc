"""What a library must do wherever it is kept: one life of a library, and all that can be seen of it at each stage."""

from __future__ import annotations

from pathlib import Path

from index.retrieval.hybrid import rank, search
from index.storage import Library

QUESTIONS = [
    ("Combien coûtent les travaux du pont ?", "fr"),
    ("Qui est maire de Vernay ?", "fr"),
    ("When did the strike at the port end?", "en"),
    ("grève au port", "fr"),
    ("le préfet annonce une crue de la Lys", "fr"),
    ("pomt de Vermay", "fr"),
    ("xylophone", "fr"),
]


def write(folder: Path, name: str, *paragraphs: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def write_first(folder: Path) -> None:
    """Seven articles in two languages; two of them with the same sentence."""
    write(
        folder, "2024-03_pont.txt", "Le pont de Vernay rouvrira lundi",
        "VERNAY, 12 mars 2024 (AGL) — Le pont de Vernay, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal.",
        "Les travaux du pont ont coûté 3,2 millions d’euros. Ils devaient durer six mois.",
    )  # fmt: skip
    write(
        folder, "2024-06_port.txt", "Port strike ends after nine days",
        "Paul Renaud, head of the port, called the strike “avoidable”. The strike ended on 12 June 2024.",
        "Traffic at the port fell by 12 % in June.",
    )  # fmt: skip
    write(
        folder,
        "2024-07_greve.txt",
        "La grève au port est finie",
        "La grève au port a duré neuf jours. Le préfet s’en félicite.",
    )
    write(folder, "2024-08_crue.txt", "Crue de la Lys", "Le préfet annonce une crue de la Lys. Les quais sont fermés.")
    write(
        folder,
        "2024-09_ecole.txt",
        "Une école à Vernay",
        "La maire de Vernay ouvre une école. Les travaux ont coûté un million.",
    )
    write(
        folder,
        "2024-10_marche.txt",
        "Le marché",
        *(f"Le marché de la place {n} vend des pommes et des poires." for n in range(40)),
    )
    write(folder, "sous/2024-11_quais.txt", "Les quais", "Les quais sont fermés. La Lys monte encore.")  # fmt: skip


def life(folder: Path):
    """Change the articles of a folder. Yield the name of each stage and what a build is told to bring it about."""
    write_first(folder)
    yield "built", {"sources": [folder]}
    write(
        folder,
        "2024-12_neige.txt",
        "Neige à Vernay",
        "Le pont de Vernay est fermé par la neige. Le préfet ferme le port.",
    )
    write(
        folder, "2024-08_crue.txt", "Crue de la Lys", "Le préfet n’annonce plus de crue de la Lys. Les quais rouvrent."
    )
    (folder / "2024-09_ecole.txt").unlink()
    (folder / "2024-07_greve.txt").rename(folder / "2024-07_fin_de_greve.txt")
    yield "changed", {}
    yield "without the bridge", {"exclude": ["2024-03_pont.txt"]}
    for n in range(30):
        write(
            folder,
            f"2025/{n:02}.txt",
            f"Journal du {n + 1} janvier 2025",
            f"Le port de la ville {n} compte {n * 7} bateaux. La maire {n} parle.",
        )
    write(
        folder, "2025/copie.txt", "Place du marché", *(f"Le marché de la place {n} vend des pommes et des poires." for n in range(40))
    )  # fmt: skip
    yield "with many more", {"include": ["2024-03_pont.txt"]}


def seen(path: Path, embedder) -> dict[str, object]:
    """All that a search and a reader of the library can see, to the bit."""
    library = Library.open(path)
    ids = [article.id for article in library.articles]
    filters = {"all": None, "none": [], "half": ids[::2], "one": ids[-1:], "unknown": ["no.txt"], "but one": ids[1:]}
    found: dict[str, object] = {
        "articles": library.articles,
        "languages": library.languages,
        "families": {id_: [each.id for each in library.families.of(id_)] for id_ in ids},
        "says": [library.says(word) for word in ("grève", "port", "xylophone", "école")],
        "removed": library.manifest.excluded,
        "counts": (library.manifest.n_articles, library.manifest.n_chunks, len(library.vectors), len(library.sentences)),
        "vectors": library.vectors.all().tobytes(),
    }  # fmt: skip
    for question, language in QUESTIONS:
        for name, within in filters.items():
            found[f"{question} in {name}"] = search(library, embedder, question, language, within=within)
        found[f"{question} at all"] = list(rank(library, embedder, question, language, is_whole=True))
    return found


def assert_whole(path: Path, embedder, stage: str) -> None:
    """What must be true of each stage, whatever keeps the library."""
    library = Library.open(path)
    ids = [article.id for article in library.articles]
    assert ids == sorted(ids) and len(ids) == library.manifest.n_articles

    def first(question, language="fr", within=None):
        hits = search(library, embedder, question, language, within=within)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert all(0 <= hit.score <= 1 + 1e-9 for hit in hits)
        for hit in hits:
            article = library.by_id[hit.chunk.span.article_id]
            assert article.text[hit.chunk.start :].startswith(hit.chunk.text) and hit.chunk.text
            assert within is None or article.id in within
        return str(hits[0].chunk.span) if hits else None

    bridge = first("Combien ont coûté les travaux du pont ?")
    assert bridge.startswith("2024-03_pont.txt") == (stage != "without the bridge")
    assert ("2024-03_pont.txt" in ids) == (stage != "without the bridge")
    assert ("2024-09_ecole.txt" in ids) == (stage == "built")
    assert (first("crue de la Lys") or "").startswith("2024-08_crue.txt")
    assert "n’annonce plus" in library.by_id["2024-08_crue.txt"].text or stage == "built"
    assert first("crue de la Lys", within=["sous/2024-11_quais.txt"]).startswith("sous/2024-11_quais.txt")
    assert first("crue de la Lys", within=[]) is None
    assert len(library.families.of("2025/copie.txt")) == (2 if stage == "with many more" else 0)
