# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every block of docs/event_driven.md: its commands are run, its rulebooks and files are checked."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import jsonschema
import pytest
import yaml

from .conftest import BIN, COLLECTIONS, PATIENCE, wait_until
from .test_rulebooks import CHECKOUT, SOURCE, schema

GUIDE = (CHECKOUT / "docs" / "event_driven.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^ *(```|~~~)", re.MULTILINE)
#: Heading -> blocks: pairs of the language and the text.
SECTIONS = {text.partition("\n")[0]: BLOCK.findall(text) for text in GUIDE.split("\n## ")}
HEAL = "Watch a job heal on the local DLI"


def test_every_block_is_tested():
    """The tests below run this number of blocks of each section."""
    counts = {title: [language for language, _text in blocks] for title, blocks in SECTIONS.items() if blocks}
    assert counts == {
        "Install ansible-rulebook": ["shell"],
        HEAL: ["yaml", "yaml", "yaml", "shell", "shell", "shell"],
        "Events": ["yaml"],
        "AWX and Automation Platform": ["shell", "yaml"],
    }
    assert len(FENCE.findall(GUIDE)) == 2 * sum(map(len, counts.values()))


class Terminals:
    """Runs the commands of the guide in an empty directory, with the collection in the home directory."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder, self.started = home, home / "rulebook", []
        self.folder.mkdir()
        collections = home / ".ansible" / "collections"
        collections.mkdir(parents=True)
        (collections / "ansible_collections").symlink_to(Path(COLLECTIONS) / "ansible_collections")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        # The interpreter of the tests has the libraries of the local DLI.
        (home / "bin").mkdir()
        interpreter = home / "bin" / "python3"
        interpreter.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
        interpreter.chmod(0o755)

    def start(self, command: str, log: str) -> Path:
        """Start a command in a terminal of its own; return the file with its output."""
        path = f"{self.home / 'bin'}:{BIN}:{os.environ['PATH']}"
        environ = {"PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
        if "JAVA_HOME" in os.environ:
            environ["JAVA_HOME"] = os.environ["JAVA_HOME"]
        # The last command replaces the shell, so that it receives the signal.
        *first, last = command.replace("8787", str(self.port)).splitlines()
        with (self.folder / log).open("w", encoding="utf-8") as output:
            self.started.append(
                subprocess.Popen(
                    ["sh", "-ec", "\n".join([*first, f"exec {last}"])],
                    cwd=self.folder,
                    env=environ,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                )
            )
        return self.folder / log

    def control(self, path: str) -> list:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_local/{path}", timeout=10) as response:
            return json.load(response)

    def end(self) -> None:
        for process in reversed(self.started):
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def terminals(tmp_path):
    found = Terminals(tmp_path)
    yield found
    found.end()


def test_a_job_heals(terminals):
    files, commands = SECTIONS[HEAL][:3], [text for _language, text in SECTIONS[HEAL][3:]]
    for name, (_language, text) in zip(("inventory.yml", "escalate.yml", "vars.yml"), files):
        assert f"`{name}`" in GUIDE
        (terminals.folder / name).write_text(text, encoding="utf-8")
    terminals.start(commands[0], "local_dli.log")
    wait_until((terminals.folder / "local_dli.env").exists, "the local DLI runs")
    log = terminals.start(commands[1], "rulebook.log")

    def starts():
        return [entry for entry in terminals.control("ledger") if entry["operation"] == "start" and entry["job_id"] == 137]

    def is_running():
        return any(job["job_id"] == 137 and job["status"] == "job_running" for job in terminals.control("jobs"))

    for number in (1, 2, 3):
        wait_until(lambda number=number: len(starts()) == number and is_running(), log.read_text)
        failure = terminals.start(commands[2], f"curl{number}.log")
        assert terminals.started[-1].wait(PATIENCE) == 0, failure.read_text()
    wait_until(lambda: "is still failed" in log.read_text() or "Failures: 4." in log.read_text(), log.read_text)
    assert len(starts()) == 3 and all(entry["resume_savepoint"] and entry["accepted"] for entry in starts())


def test_requirements_are_those_of_the_tests():
    """The guide installs the packages of requirements/eda.in."""
    ((_language, text),) = SECTIONS["Install ansible-rulebook"]
    listed = (CHECKOUT / "requirements" / "eda.in").read_text(encoding="utf-8").splitlines()
    java, pip = (shlex.split(line) for line in text.splitlines())
    assert sorted(pip[4:]) == sorted(line for line in listed if not line.startswith("#"))
    assert java[-1] in (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_rulebook_matches_the_schema():
    ((_language, text),) = SECTIONS["Events"]
    jsonschema.validate(yaml.safe_load(text), schema())


def test_variables_of_the_controller():
    """The variables and the option of the command exist; test_rulebooks.py runs the rulebook with a fake controller."""
    (_language, commands), (_yaml, image) = SECTIONS["AWX and Automation Platform"]
    helped = subprocess.run([BIN / "ansible-rulebook", "--help"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"export ([A-Z_]+)=", commands)
    assert names == ["EDA_CONTROLLER_URL", "EDA_CONTROLLER_TOKEN"] and all(name in helped for name in names)
    assert yaml.safe_load(image)["dependencies"]["galaxy"]["collections"] == [{"name": "huaweicloud.cloud"}]


def test_table_lists_all_members():
    documentation = yaml.safe_load(runpy.run_path(str(SOURCE))["DOCUMENTATION"])
    (text,) = [text for text in documentation["description"] if text.startswith("Each event")]
    table = GUIDE.partition("| key | content |")[2].partition("\n\n")[0]
    names = [name for line in table.splitlines()[2:] for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])]
    assert sorted(names) == sorted(re.findall(r"C\(([a-z_]+)\)", text)[1:])
