"""A trace that a killed run left is cut back to where it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from zeuxis.training.lines import cut_back, json_lines, read_lines


def test_lines_come_back(tmp_path: Path) -> None:
    put = json_lines(tmp_path / "trace.jsonl")
    put({"step": 1, "loss": 0.5})
    json_lines(tmp_path / "trace.jsonl", append=True)({"step": 2})
    assert read_lines(tmp_path / "trace.jsonl") == [{"step": 1, "loss": 0.5}, {"step": 2}]
    json_lines(tmp_path / "trace.jsonl")
    assert read_lines(tmp_path / "trace.jsonl") == []


@pytest.mark.parametrize("tail", ["", '{"step": 4', '{"step": 4}\n{"st', "\0\0\0\0"])
def test_later_lines_and_half_a_line_go(tail: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"step": 3}\n' + tail)
    cut_back(path, 2)
    assert path.read_text() == '{"step": 1}\n{"step": 2}\n'


def test_no_file_becomes_an_empty_one(tmp_path: Path) -> None:
    cut_back(tmp_path / "trace.jsonl", 5)
    assert (tmp_path / "trace.jsonl").read_text() == ""
