"""The benchmark for a GPU runs on a processor too, and says what it did not measure."""

import pytest
import torch

from benchmarks import gpu


def test_it_runs_on_a_processor_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["gpu", "--device", "cpu", "--small"])
    threads = torch.get_num_threads()
    gpu.main()
    assert torch.get_num_threads() == threads
    said = capsys.readouterr().out
    rates = {line.split("  ")[0]: float(line.split()[-4].replace(",", "")) for line in said.splitlines()[1:-1]}
    assert {"encoding", "scale, training", "scale, ranking 40 queries"} <= set(rates)
    assert min(rates.values()) > 0
    assert said.splitlines()[-1] == gpu.UNMEASURED
