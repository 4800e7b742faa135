"""`zeuxis gan list`."""

from __future__ import annotations

import json

from click.testing import CliRunner

from zeuxis.cli.main import main
from zeuxis.gan.finding import shipped


def test_it_names_what_comes_along() -> None:
    done = CliRunner().invoke(main, ["gan", "list"], catch_exceptions=False)
    lines = done.output.splitlines()
    assert done.exit_code == 0 and len(lines) == 1 + len(shipped())
    (clothes,) = [line for line in lines if line.split()[0] == "fashion"]
    assert "28x28 grey" in clothes and "sneaker, bag" in clothes and "Fashion-MNIST" in clothes


def test_as_json() -> None:
    done = CliRunner().invoke(main, ["gan", "list", "--json"], catch_exceptions=False)
    found = {each["name"]: each for each in json.loads(done.output)}
    assert {*found} == {*shipped()}
    flowers = found["flowers"]
    assert (flowers["width"], flowers["height"], flowers["channels"]) == (64, 64, 3)
    assert flowers["classes"] == []
