"""Editions of weights, averaged."""

import pytest
import torch
from safetensors.torch import save_file

from bench.training.mean_weights import mean


def test_each_tensor_is_the_mean_of_the_editions_and_one_named_twice_counts_twice(tmp_path):
    """In float32, though the files hold less."""
    for name, value in (("a", 1.0), ("b", 4.0)):
        save_file({"head.bias": torch.full((2,), value, dtype=torch.float16)}, tmp_path / f"{name}.safetensors")
    a, b = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    assert mean([a, b])["head.bias"].tolist() == [2.5, 2.5] and mean([a, b, b])["head.bias"].tolist() == [3.0, 3.0]
    assert mean([a])["head.bias"].dtype == torch.float32


def test_files_of_other_tensors_are_not_averaged(tmp_path):
    """A reader and a checker, or two ranks."""
    save_file({"head.bias": torch.ones(2)}, tmp_path / "a.safetensors")
    save_file({"head.bias": torch.ones(3)}, tmp_path / "b.safetensors")
    with pytest.raises(ValueError, match="other tensors"):
        mean([tmp_path / "a.safetensors", tmp_path / "b.safetensors"])
