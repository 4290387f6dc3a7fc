"""Libraries that take long to import."""

from __future__ import annotations

HEAVY = {
    "mcp",
    "fastapi",
    "torch",
    "numpy",
    "faiss",
    "gradio",
    "llama_cpp",
    "sentence_transformers",
    "transformers",
    "bm25s",
    "scipy",
    "lxml",
    "trafilatura",
    "pypdfium2",
    "ray",
    "pymilvus",
    "grpc",
    "minio",
}
