"""deploy/: what its files name is there: commands and their options, ports, paths, variables, files that are copied."""

import json
import os
import re
import shlex
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from typer.main import get_command

from index.models import registry
from ui.access.guard import refusal
from ui.cli.commands import app

from places import ROOT  # isort: skip

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
UNIT = (DEPLOY / "citeline.service").read_text(encoding="utf-8")


def services():
    return pytest.importorskip("yaml").safe_load(COMPOSE)["services"]


def plain(text):
    """A value of compose with the defaults of its variables."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def parsed(arguments):
    """What the command line makes of its arguments, without running anything. Raises for what it does not know."""
    group = get_command(app)
    name, *rest = arguments
    command = group.get_command(group.make_context("citeline", list(arguments)), name)
    assert command is not None, f"there is no command {name}"
    if hasattr(command, "commands"):
        return command.commands[rest[0]].make_context(rest[0], rest[1:]).params
    return command.make_context(name, rest).params


def started():
    """The arguments with which the Dockerfile, compose and systemd start citeline."""
    yield json.loads(re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1])
    yield shlex.split(re.search(r"^ExecStart=%h/\S+/citeline (.*)$", UNIT, re.MULTILINE)[1])


def test_the_page_is_started_on_the_port_that_is_asked_for_its_health():
    asked = urlsplit(re.search(r"http://[^']+", DOCKERFILE.partition("HEALTHCHECK")[2])[0])
    assert refusal("GET", asked.path, [(b"host", asked.netloc.encode())]) is None
    assert {parsed(each)["port"] for each in started()} == {asked.port}
    assert all(parsed(each)["browser"] is False for each in started())


def test_the_page_of_compose_is_that_of_the_dockerfile():
    page = services()["page"]
    command = [plain(each) for each in page["command"]]
    assert command[: len(next(started()))] == next(started())
    assert parsed(command)["llm"] in registry.CATALOGUE
    assert (DEPLOY / page["build"]["context"] / page["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def test_compose_opens_nothing_to_others():
    """No port is published, nothing runs with rights it does not need, and a model's server listens here alone."""
    for service in services().values():
        assert "ports" not in service and service["network_mode"] == "host"
        assert service["cap_drop"] == ["ALL"] and service["read_only"] is True and not service.get("privileged")
    command = services()["model"]["command"]
    assert command[command.index("--host") + 1] == "127.0.0.1"
    port = command[command.index("--port") + 1]
    assert f"CITELINE_LLM=http://127.0.0.1:{port}/v1" in COMPOSE


def test_commands_in_comments_are_commands():
    """Those that a reader copies."""
    found = re.findall(r"^#.*?\b(?:page|citeline) ((?:index|models) [^#\n]*)$", DOCKERFILE + COMPOSE, re.MULTILINE)
    assert len(found) >= 4
    for line in found:
        given = parsed(shlex.split(line))
        assert all(name in registry.CATALOGUE for name in given.get("names", ()))


def test_what_is_copied_and_set_is_there():
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        *names, _ = line.split()
        assert all((ROOT / name).exists() for name in names), line
    copied = {name for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for name in line.split()}
    assert {"index", "rag", "ui", "pyproject.toml", "constraints.txt"} <= copied
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "index").rglob("*.py"))
    names = re.findall(r"\b(CITELINE_\w+)=", DOCKERFILE)
    assert names and all(f'"{name}"' in code for name in names)
    assert all(re.search(r":\S*\d", each) for each in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))


def test_compose_names_each_variable_that_it_reads():
    """In its head, for who sets them; paths in it need a default, or nothing starts."""
    read = set(re.findall(r"\$\{(\w+):-[^}]+\}", COMPOSE))
    assert read == set(re.findall(r"\$\{(\w+)", COMPOSE))


def test_systemd_takes_the_unit(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    there = tmp_path / "citeline.service"
    command = shutil.which("true")
    there.write_text(re.sub(r"%h/\S+/citeline", command, UNIT), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", there],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )
    if "Failed to initialize manager" in done.stderr:
        pytest.skip("systemd cannot look at units here")
    assert not [line for line in done.stderr.splitlines() if "citeline.service" in line], done.stderr
