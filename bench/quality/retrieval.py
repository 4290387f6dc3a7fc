"""Is the right paragraph among the first hits?

    python -m bench retrieval --piaf piaf-v1.0.json --library FOLDER [--n 600] [--perturb no-accents-no-capitals]
                              [--embedder NAME]

The library is the one that `bench answers` keeps: each paragraph an article with one sentence a line.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.command import Parser
from bench.data.cases import piaf_sample
from bench.data.perturbations import PERTURBATIONS
from index.models.embedder import DEFAULT_EMBEDDER, SentenceTransformerEmbedder
from index.retrieval.hybrid import search
from index.storage.library import Library
from index.text.detection import detect
from rag.evaluation.metrics import mean, rate


def rows(piaf: Path, library: Path, n: int, half: str, perturb: str, embedder_name: str) -> list[tuple[str, str]]:
    """R@k and MRR@10 of a seeded sample, by article: two chunks of a paragraph count once."""
    with tempfile.TemporaryDirectory() as temporary:
        cases = [case for case in piaf_sample(piaf, Path(temporary), n, half) if case.gold]
    opened, embedder = Library.open(library), SentenceTransformerEmbedder(embedder_name)
    opened.check_embedder(embedder.name, embedder.fingerprint, embedder.dim)
    ranks = []
    for case in cases:
        question = PERTURBATIONS[perturb](case.question) if perturb else case.question
        hits = search(opened, embedder, question, detect(question), 25)
        found = list(dict.fromkeys(hit.chunk.span.article_id for hit in hits))
        gold = case.gold[0].article_id
        ranks.append(found.index(gold) + 1 if gold in found else 1000)
    table = [(f"R@{k}", rate([rank <= k for rank in ranks])) for k in (1, 3, 5, 10)]
    return [*table, ("MRR@10", mean([1 / rank if rank <= 10 else 0.0 for rank in ranks]))]


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none")
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--n", type=int, default=600)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--perturb", choices=[*PERTURBATIONS], default="")
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    args = parser.parse_args()
    for name, value in rows(args.piaf, args.library, args.n, args.half, args.perturb, args.embedder):
        print(f"| {name} | {value} |")
