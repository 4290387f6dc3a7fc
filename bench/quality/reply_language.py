"""Is the reply in the question's language, whatever the articles are in?

    python -m bench reply_language --xquad FOLDER --piaf piaf-v1.0.json --library FOLDER [--n 40]

English, Spanish, German and Romanian questions on the English paragraphs of XQuAD's held-out half, French ones on
PIAF's library (the one that `bench answers` keeps). What the model wrote is judged by the classifier of py3langid, the
"not in your articles" by its wording; verbatim quotes stay in the article's language and are counted beside.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.command import Parser
from bench.data.squad import Item, halves, load, load_parallel
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from index.text.sentence_splitting import sentences
from rag.config import DEFAULT_LLM
from rag.evaluation.metrics import rate
from rag.language.messages import WORDINGS, wording
from rag.pipeline.answerer import Answerer
from rag.types import Answer

LANGUAGES = ("en", "es", "de", "ro")


def is_in(answer: Answer, language: str) -> bool | None:
    """Whether what the model wrote is in a language, None where it wrote nothing that is shown."""
    if answer.status == "abstained":
        return answer.message.startswith(wording(language).not_found)
    if answer.is_quote:
        return None
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    if not hasattr(is_in, "classifier"):
        is_in.classifier = LanguageIdentifier.from_model_file(MODEL_FILE)  # type: ignore[attr-defined]
        is_in.classifier.set_languages([*WORDINGS, "ro", "nl", "ca"])  # type: ignore[attr-defined]
    return bool(is_in.classifier.classify(answer.text)[0] == language)  # type: ignore[attr-defined]


def paragraphs(items: Sequence[Item], folder: Path) -> None:
    """One article a paragraph, one sentence a line."""
    for n, context in enumerate(dict.fromkeys(item.context for item in items)):
        lines = [" ".join(context[a:b].split()) for a, b in sentences(context)]
        (folder / f"{n:03d}.txt").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--llm", default=DEFAULT_LLM)
    parser.add_argument("--n", type=int, default=40)
    args = parser.parse_args()
    found: dict[str, list[bool | None]] = {}
    wrong: list[str] = []

    def ask(answerer: Answerer, items: Sequence[Item], language: str) -> None:
        for item in random.Random(7).sample(list(items), args.n):
            answer = answerer.ask(item.question)
            verdict = is_in(answer, language)
            found.setdefault(language, []).append(verdict)
            if verdict is False:
                wrong.append(f"{language}: {item.question} -> {answer.text}")

    parallel = {language: halves(items)[1] for language, items in load_parallel(args.xquad).items()}
    french = Answerer.load(args.library, llm=args.llm)
    ask(french, halves(load(args.piaf, "fr"))[1], "fr")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "articles"
        folder.mkdir()
        paragraphs(parallel["en"], folder)
        build(Path(temporary) / "library", SentenceTransformerEmbedder(), [folder])
        english = Answerer(Path(temporary) / "library", french.embedder, french.reader, french.llm, judge=french.judge)
        for language in LANGUAGES:
            ask(english, parallel[language], language)
    for language, verdicts in found.items():
        said = [verdict for verdict in verdicts if verdict is not None]
        print(f"| {language}, {len(verdicts) - len(said)} verbatim quotes beside | {rate(said)} |")
    print(f"| all | {rate([v for verdicts in found.values() for v in verdicts if v is not None])} |")
    print(*wrong, sep="\n")
