"""Token vectors left in the model's file: the same numbers, without the memory."""

import pytest
import torch
from safetensors.torch import save_file
from tiny_encoders import states, tiny
from transformers import BertConfig, BertModel

from index.errors import ModelDamaged
from index.models.token_table import leave_on_disk


def tiny_bert():
    torch.manual_seed(0)
    sizes = {"vocab_size": 32, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4}
    return BertModel(BertConfig(intermediate_size=48, **sizes)).eval()


def written(folder, encoder, dtype=torch.float32):
    save_file({name: each.to(dtype) for name, each in encoder.state_dict().items()}, folder / "model.safetensors")
    return encoder


@pytest.mark.parametrize("make", [tiny, tiny_bert])
@pytest.mark.parametrize("stored", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("computed", [torch.float32, torch.bfloat16])
def test_the_numbers_are_the_same(tmp_path, sequences, make, stored, computed):
    """To the bit, in whatever type they are stored and computed; what is in memory is let go."""
    encoder = written(tmp_path, make().to(stored), stored).to(computed)
    expected = states(encoder, sequences)
    assert leave_on_disk(encoder, tmp_path)
    assert encoder.get_input_embeddings().weight.numel() == 0
    assert next(encoder.parameters()).dtype == computed
    for found, each in zip(states(encoder, sequences), expected, strict=True):
        assert torch.equal(found, each)


@pytest.mark.parametrize("most", [4, 12, 20])
def test_however_few_are_remembered(tmp_path, sequences, monkeypatch, most):
    """Fewer than one text has, fewer than all of them have: what is read again is the same."""
    monkeypatch.setattr("index.models.token_table.N_KEPT", most)
    encoder = written(tmp_path, tiny())
    expected = [states(encoder, [each]) for each in sequences]
    assert leave_on_disk(encoder, tmp_path)
    for _ in range(2):
        for each, same in zip(sequences, expected, strict=True):
            assert torch.equal(states(encoder, [each])[0], same[0])


def test_another_file_changes_nothing(tmp_path, sequences):
    """None, one cut short, one that is something else, and one with other vectors: the encoder keeps its own."""
    encoder = tiny()
    expected = states(encoder, sequences)
    path = tmp_path / "model.safetensors"
    assert not leave_on_disk(encoder, tmp_path)
    for wrong in (b"", b"\xff" * 200, b"\x02\0\0\0\0\0\0\0{}"):
        path.write_bytes(wrong)
        assert not leave_on_disk(encoder, tmp_path)
    for others in (tiny(vocab_size=31), tiny(hidden_size=16), tiny_bert()):
        written(tmp_path, others)
        assert not leave_on_disk(encoder, tmp_path)
    changed = tiny()
    changed.embed_tokens.weight.data[0] += 1
    written(tmp_path, changed)
    assert not leave_on_disk(encoder, tmp_path)
    assert all(map(torch.equal, states(encoder, sequences), expected))


def test_a_disk_that_gives_nothing_any_more_is_one_line(tmp_path, sequences):
    """What was cut short after it was opened is an error that names it, and no crash of the process."""
    encoder = written(tmp_path, tiny())
    assert leave_on_disk(encoder, tmp_path)
    before = states(encoder, sequences[:1])
    with (tmp_path / "model.safetensors").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(ModelDamaged, match=r"model\.safetensors can no longer be read.*models verify"):
        states(encoder, sequences)
    assert torch.equal(states(encoder, sequences[:1])[0], before[0])
