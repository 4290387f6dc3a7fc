"""What the retriever finds for training questions beside the right paragraph: the windows that the reader must refuse.

    python -m bench.hard_negatives --squad piaf-v1.0.json --library FOLDER --out FILE.json [--also FILE ...]

The library is the one that bench.answers keeps. Only articles of the tuning half are kept, for questions and windows
alike; a window that holds the answer's characters is left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.squad import halves, is_held_out, is_validation, load
from index.embed import SentenceTransformerEmbedder
from index.language import detect
from index.library import Library
from index.search import search

K = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, required=True, help="the file that the library was made from")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="more questions about the same paragraphs")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    titles = [article["title"] for article in json.loads(args.squad.read_text(encoding="utf-8"))["data"]]
    library, embedder = Library.open(args.library), SentenceTransformerEmbedder()
    found: dict[str, list[str]] = json.loads(args.out.read_text(encoding="utf-8")) if args.out.exists() else {}
    items = [
        i for path in (args.squad, *args.also) for i in halves(load(path, "fr"))[0] if not is_validation(i.article)
    ]
    for n, item in enumerate(items):
        if item.id in found:
            continue
        windows = []
        for hit in search(library, embedder, item.question, detect(item.question), 40):
            title = titles[int(hit.chunk.span.article_id.partition("/")[0])]
            text = hit.chunk.text
            if is_held_out(title) or is_validation(title) or item.answer.casefold() in text.casefold():
                continue
            if " ".join(text.split()) in " ".join(item.context.split()):
                continue
            windows.append(text)
        found[item.id] = windows[:K]
        if n % 200 == 199:
            print(f"{n + 1}/{len(items)}", flush=True)
            args.out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    args.out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
