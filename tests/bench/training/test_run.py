"""A training run: stopped after any step, it goes on as if it had not been."""

import argparse
import os
import signal

import pytest
import torch

from bench.training.run import Run, trainable


def arguments(out, **changes):
    given = {"out": out, "steps": 30, "minutes": None, "learning_rate": 0.1, "checkpoint_minutes": 99, "snapshot": 20}
    return argparse.Namespace(init=None, batch=2, **(given | changes))


def batches(number):
    """Three batches of two numbers a pool, different for each pool."""
    return [[number + k, number - k] for k in range(3)]


def run_in(folder, **changes):
    tensors = trainable({"w": torch.tensor([1.0, -2.0])}, "cpu")
    return Run(tensors, arguments(folder, **changes), lambda batch: ((tensors["w"] * torch.tensor(batch)) ** 2).sum())


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path):
    """The same weights, averages, count and place in the data as a run that was never stopped."""
    whole = run_in(tmp_path / "whole")
    whole.train(batches, len, lambda: None)
    first = run_in(tmp_path / "parts")
    assert not first.resume()

    def until_11(number):
        for batch in batches(number):
            if first.step == 11:
                os.kill(os.getpid(), signal.SIGTERM)
            yield batch

    with pytest.raises(SystemExit, match="stopped after"):
        first.train(lambda number: _Counted(until_11(number), 3), len, lambda: None)
    second = run_in(tmp_path / "parts")
    assert second.resume() and 11 <= second.step < 30
    second.train(batches, len, lambda: None)
    assert torch.equal(second.tensors["w"], whole.tensors["w"])
    assert torch.equal(second.averaged["w"], whole.averaged["w"])
    assert (second.step, second.seen, second.pool, second.batch) == (whole.step, whole.seen, whole.pool, whole.batch)


class _Counted:
    """Batches that are made when they are asked for."""

    def __init__(self, made, n):
        self.made, self.n = made, n

    def __len__(self):
        return self.n

    def __getitem__(self, _):
        return next(self.made)


def test_snapshots_come_every_so_many_examples(tmp_path):
    """At the first step that reaches them, also after a resumption, with the loss in the curve."""
    seen = []
    run = run_in(tmp_path)
    run.train(batches, len, lambda: seen.append(run.seen))
    assert seen == [20, 40, 60] and [n for n, _ in run.curve] == seen
    assert run.provenance()["examples"] == 60


def test_the_rate_rises_stays_and_falls(tmp_path):
    """Up over the first 60 steps, full until the last part, then down to a fiftieth."""
    run = run_in(tmp_path, steps=1000)
    rates = []
    for step in (0, 29, 59, 500, 690, 850, 999):
        run.step = step
        run.learn([1, 1], 2)
        rates.append(run.optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([0.1 / 60, 0.05, 0.1, 0.1, 0.1, 0.05, 0.002])
