"""The console script: lazy sub-commands, sentences instead of tracebacks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

import zeuxis
from zeuxis.cli.main import COMMANDS, LazyGroup, main

ZEUXIS = [sys.executable, "-c", "from zeuxis.cli.main import main; main()"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], Result]:
    """Runs a group whose one sub-command, `do`, is the given function."""

    def invoke(work: Callable[[], None]) -> Result:
        module = ModuleType("zeuxis_test_commands")
        module.do = click.command("do")(work)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        group = LazyGroup("zeuxis", lazy={"do": f"{module.__name__}:do"})
        return CliRunner().invoke(group, ["do"], standalone_mode=True)

    return invoke


def fail(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"zeuxis, version {zeuxis.__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_with_its_first_line(flag: str) -> None:
    result = CliRunner().invoke(main, [flag])
    assert result.exit_code == 0
    for name in COMMANDS:
        line = next(x for x in result.output.splitlines() if x.strip().startswith(f"{name} "))
        assert len(line.split()) > 2
    assert "..." not in result.output.partition("Commands:")[2]


def test_first_lines_are_whole_sentences_without_papers() -> None:
    text = " ".join(CliRunner().invoke(main, ["--help"]).output.split())
    assert " paint Paint PHOTO in the style of one or more paintings. studio " in text
    assert (
        " stylize Paint PHOTO in one pass, in a style from a name, a painting or a model file. "
        in text
    )
    text = " ".join(CliRunner().invoke(main, ["gan", "--help"]).output.split())
    assert " arithmetic Add and subtract means of samples. blend " in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_to_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: main {name}")


def test_unknown_command() -> None:
    result = CliRunner().invoke(main, ["forge"])
    assert result.exit_code == 2
    assert result.stderr == "zeuxis: there is no command forge; see main --help\n"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("stylise", "stylize or style; see main"),
        ("upscal", "upscale or upscale-train; see main"),
        ("gan sampel", "sample; see main gan"),
        ("data inspec", "inspect; see main data"),
    ],
)
def test_a_name_like_a_commands(said: str, meant: str) -> None:
    result = CliRunner().invoke(main, said.split())
    assert result.exit_code == 2
    assert result.stderr.endswith(f": did you mean {meant} --help\n")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("--no-such", "no such option '--no-such'; see main --help"),
        ("stylize", "missing argument 'PHOTO'; see main stylize --help"),
        ("stylize a b --style c", "got unexpected extra argument (b); see main stylize --help"),
        (
            "paint a --max-memry b",
            "no such option '--max-memry': did you mean '--max-memory'; see main paint --help",
        ),
        ("gan train --no-such", "no such option '--no-such'; see main gan train --help"),
        (
            "paint a --style b --colors no",
            "invalid value for '--colors': 'no' is not one of 'painting', 'luminance', 'histogram', "
            "'covariance'; see main paint --help",
        ),
    ],
)
def test_a_command_line_that_is_none_is_one_sentence(said: str, message: str) -> None:
    result = CliRunner().invoke(main, said.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"zeuxis: {message}\n"


@pytest.mark.parametrize("group", [[], ["gan"]])
def test_a_group_alone_shows_its_help(group: list[str]) -> None:
    result = CliRunner().invoke(main, group)
    assert result.exit_code == 2 and result.output.startswith("Usage: main")


def test_commands_are_imported_when_called_for() -> None:
    group = LazyGroup("zeuxis", lazy={"absent": "zeuxis.no_such_module:command"})
    assert group.list_commands(click.Context(group)) == ["absent"]
    with pytest.raises(ModuleNotFoundError):
        group.get_command(click.Context(group), "absent")


def test_what_is_not_a_command_is_a_bug() -> None:
    group = LazyGroup("zeuxis", lazy={"odd": "zeuxis.errors:ZeuxisError"})
    with pytest.raises(TypeError, match=r"zeuxis\.errors:ZeuxisError is not a click command"):
        group.get_command(click.Context(group), "odd")


def test_success(run: Callable[..., Result]) -> None:
    result = run(lambda: click.echo("done"))
    assert (result.exit_code, result.output) == (0, "done\n")


def test_a_users_mistake_is_one_sentence(run: Callable[..., Result]) -> None:
    result = run(fail(zeuxis.ZeuxisError("cat.jpg is empty: get the file anew")))
    assert result.exit_code == 2
    assert result.stderr == "zeuxis: cat.jpg is empty: get the file anew\n"
    assert result.stdout == ""


def test_interrupted(run: Callable[..., Result]) -> None:
    result = run(fail(KeyboardInterrupt()))
    assert (result.exit_code, result.stderr) == (130, "zeuxis: interrupted\n")


def test_a_bug_keeps_its_traceback(run: Callable[..., Result]) -> None:
    assert isinstance(run(fail(ZeroDivisionError())).exception, ZeroDivisionError)


def test_the_script_prints_no_traceback() -> None:
    done = subprocess.run([*ZEUXIS, "weights", "fetch", "cat"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("zeuxis: cannot fetch 'cat'")
    assert done.stderr.count("\n") == 1


def test_a_reader_who_has_seen_enough() -> None:
    with subprocess.Popen(
        [*ZEUXIS, "weights", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
