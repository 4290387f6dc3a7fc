"""Average editions of the reader or of the checker, calibrate the mean, and write it like a trainer does.

    python -m bench mean_weights EARLIER.safetensors LATER.safetensors --model FOLDER --data FOLDER --out FOLDER

What it was trained on is told by the last one's record, with the SHA-256 of all under `mean_of`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

from bench.command import Parser
from bench.training import train_checker, train_reader
from bench.training.claim_sets import ClaimMixture
from bench.training.run import load_base
from rag.reader.span_reader import AdapterReader
from rag.verification.checker import VerdictAdapter


def mean(weights: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Return the mean of each tensor, in float32; ValueError where the files do not hold the same ones."""
    loaded = [load_file(path) for path in weights]
    for path, tensors in zip(weights, loaded, strict=True):
        if {k: t.shape for k, t in tensors.items()} != {k: t.shape for k, t in loaded[0].items()}:
            raise ValueError(f"{path} holds other tensors than {weights[0]}")
    return {k: torch.stack([tensors[k].float() for tensors in loaded]).mean(0) for k in loaded[0]}


def main() -> None:
    parser = Parser(__doc__, has_table=False)
    parser.set_defaults(seed=0, device="cpu")
    parser.add_argument("weights", type=Path, nargs="+", help="of readers, or of checkers, the latest last")
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument("--data", type=Path, action="append", required=True, help="as for the trainer; repeat")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    try:
        tensors = mean(args.weights)
        record = json.loads(args.weights[-1].with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"mean_weights: {error}") from None
    provenance = record["provenance"] | {
        "mean_of": [hashlib.sha256(path.read_bytes()).hexdigest() for path in args.weights]
    }
    encoder, tokenizer = load_base(args)
    if "verdicts" in record:
        mixture = ClaimMixture(train_checker.MIXTURE, args.data)
        rows = train_checker.judged(
            VerdictAdapter(encoder, tensors), mixture.validation(train_checker.VALIDATED), tokenizer, False, 8
        )
        print("\n".join(train_checker.table(rows)))
        train_checker.write_checker(args.out, tensors, rows, provenance)
    else:
        train_reader.write_reader(args.out, tensors, {}, provenance)
        reader = AdapterReader(encoder, tokenizer, args.out / "reader.safetensors")
        fitted = train_reader.calibrate(reader, train_reader.validation_rows(args.data, train_reader.VALIDATED))
        train_reader.write_reader(args.out, tensors, fitted, provenance)
        print(json.dumps(fitted, indent=1))


if __name__ == "__main__":
    main()
