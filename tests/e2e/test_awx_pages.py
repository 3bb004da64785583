# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every block of docs/awx.md and docs/execution_environments.md is run, without AWX and without containers."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from task_runs import CHECKOUT, started

from .awx_job import AWX_FILES, TYPE
from .conftest import BIN
from .fake_awx_api import TOKEN, serve_awx

PAGES = {name: (CHECKOUT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("awx", "execution_environments")}
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^ *(```|~~~)", re.MULTILINE)
PLAYBOOKS = {f"playbooks/{path.name}" for path in (CHECKOUT / "playbooks").glob("*.yml")}
SET_STATS = "ansible.builtin.set_stats"
IMAGE = "registry.example.com/automation/ee-huaweicloud:1.0"


def blocks(page: str, heading: str, language: str) -> list:
    """Return the blocks in one language of one section, or of the text before the first section."""
    sections = {section.partition("\n")[0]: section for section in ("\n" + PAGES[page]).split("\n## ")}
    return [textwrap.dedent(text) for _indent, found, text in BLOCK.findall(sections[heading]) if found == language]


def lines(*where: str) -> list:
    return [line for text in blocks(*where, "shell") for line in text.splitlines() if line]


def test_every_block_is_tested():
    """The tests below run this number of blocks of each page."""
    counts = {name: sorted(language for _indent, language, _text in BLOCK.findall(text)) for name, text in PAGES.items()}
    assert all(len(FENCE.findall(text)) == 2 * len(counts[name]) for name, text in PAGES.items())
    assert counts["awx"] == ["shell"] * 4 + ["text"] + ["yaml"] * 2
    assert counts["execution_environments"] == ["shell"] * 5 + ["yaml"] * 2


# docs/awx.md


def test_command_lines(ansible, dli):
    for line in lines("awx", "Run the playbooks from the command line"):
        ended = ansible.command(*shlex.split(line))
        assert ended.code == 0, ended.output
    assert started(dli) == [131, 130, 137]
    assert [entry.job_id for entry in dli.ledger.find(operation="savepoint", accepted=True)] == [131]
    assert [entry.job_id for entry in dli.ledger.find(operation="stop", accepted=True)] == [131, 130]


@pytest.fixture
def awx(ansible):
    """A fake of AWX's API."""
    with serve_awx(PLAYBOOKS) as (objects, env):
        ansible.env["ANSIBLE_COLLECTIONS_PATH"] += f"{os.pathsep}{os.environ['E2E_AWX']}"
        objects.env = env
        yield objects


def test_setup_playbook(ansible, awx):
    """A user creates the credential in the web interface between the two blocks."""
    first, second = blocks("awx", "Set up AWX with a playbook", "shell")
    first = first.replace("https://awx.example.com", awx.env["CONTROLLER_HOST"]).replace("YOUR_AWX_TOKEN", TOKEN)
    for line in first.splitlines():
        words = shlex.split(line)
        if words[0] == "export":
            ansible.env.update([words[1].split("=", 1)])
        else:
            ended = ansible.command(*words)
            assert ended.code == 0, ended.output
    assert awx.named("execution_environments")["ee-huaweicloud"]["image"] == IMAGE
    awx.add("credentials", {"name": "Huawei Cloud production"})
    ended = ansible.command(*shlex.split(second))
    assert ended.code == 0 and awx.named("workflow_job_templates"), ended.output


def test_execution_environment_in_awx(ansible, awx):
    ansible.env.update(awx.env)
    (line,) = lines("execution_environments", "Use the image in AWX")[2:]
    ended = ansible.command(*shlex.split(line))
    assert ended.code == 0 and awx.named("execution_environments")["ee-huaweicloud"]["image"] == IMAGE, ended.output


def test_credential_type_sections():
    """The text below each key is valid YAML without changes."""
    text = (AWX_FILES / "credential_types" / "huaweicloud.yml").read_text(encoding="utf-8")
    inputs, injectors = re.search(r"^inputs:\n(.*)^injectors:\n(.*)", text, re.DOTALL | re.MULTILINE).groups()
    assert yaml.safe_load(inputs) == TYPE["inputs"] and yaml.safe_load(injectors) == TYPE["injectors"]


def test_playbook_of_another_project(ansible, dli):
    (text,) = blocks("awx", "Set up AWX in the web interface", "yaml")
    ended = ansible.playbook(text, "-e", "dli_job_ids=131")
    assert ended.code == 0 and started(dli) == [131], ended.output


def test_check_and_diff_mode(ansible, dli):
    (line,) = lines("awx", "Preview changes")
    (shown,) = blocks("awx", "Preview changes", "text")
    ended = ansible.command(*shlex.split(line))
    assert ended.code == 0 and dli.ledger.entries == [], ended.output
    assert shown in ended.stdout


def test_notification(ansible):
    (text,) = blocks("awx", "Workflows", "yaml")
    ended = ansible.playbook(text, "-e", '{"dli_msg": "0 of 1 job started.", "dli_failed_job_ids": [999]}')
    assert ended.result["msg"] == "0 of 1 job started. Failed jobs: 999", ended.output
    assert ansible.playbook(text).code == 0


def test_documented_variables():
    """The two tables contain all of them."""
    documented = set(re.findall(r"`(dli_\w+)`", "\n".join(line for line in PAGES["awx"].splitlines() if line.startswith("| `"))))
    artifacts = set()
    for path in sorted((CHECKOUT / "playbooks").glob("streaming_jobs_*.yml")):
        (play,) = yaml.safe_load(path.read_text(encoding="utf-8"))
        (stats,) = [task[SET_STATS] for task in play["tasks"][0]["always"] if SET_STATS in task]
        assert not stats["per_host"]
        artifacts |= set(stats["data"])
        assert f"| `{path.stem}` |" in PAGES["awx"]
    assert documented == artifacts


def test_documented_tasks():
    """The names of tasks with the results of the jobs are those of the playbooks and of the role."""
    (section,) = [text for text in PAGES["awx"].split("\n## ") if text.startswith("When an AWX job fails\n")]
    documented = set(re.findall(r"\*((?:Show|Start|Stop|List|Create)[^*]+)\*", section.replace("\n   ", " ")))
    files = [*(CHECKOUT / "playbooks").glob("streaming_jobs_*.yml"), CHECKOUT / "roles/streaming_jobs_recover/tasks/main.yml"]
    named = set(re.findall(r"- name: (.+)", "\n".join(path.read_text(encoding="utf-8") for path in files)))
    assert len(documented) == 6 and documented <= named


# docs/execution_environments.md


class FakeEngine:
    """A fake container engine, which logs its arguments."""

    def __init__(self, ansible) -> None:
        self.log = ansible.folder / "engine.log"
        folder = ansible.folder / "engines"
        folder.mkdir()
        for name in ("podman", "docker"):
            program = folder / name
            words = (sys.executable, Path(__file__).with_name("fake_container_engine.py"), self.log, name)
            program.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n', encoding="utf-8")
            program.chmod(0o755)
        ansible.env["PATH"] = f"{folder}{os.pathsep}{ansible.env['PATH']}"
        self.ansible = ansible

    def run(self, line: str) -> list:
        """Run a line of the page; return the arguments that the engine got."""
        self.log.write_text("", encoding="utf-8")
        ended = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self.ansible.folder,
            env=self.ansible.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        self.output = ended.stdout + ended.stderr
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def engine(ansible):
    """A fake container engine, in a folder with the definition of the page."""
    (definition,) = blocks("execution_environments", "Build an image", "yaml")
    (ansible.folder / "execution-environment.yml").write_text(definition, encoding="utf-8")
    return FakeEngine(ansible)


def test_build(engine):
    """The build context is real; the engine would build the image."""
    build, create, introspect = lines("execution_environments", "Build an image")
    assert engine.run(build) == [["podman", "build", "-f", "context/Containerfile", "-t", "ee-huaweicloud:1.0", "context"]]
    engine.run(create)
    context = engine.ansible.folder / "context"
    instructions = (context / "Containerfile").read_text(encoding="utf-8")
    for expected in ('EE_BASE_IMAGE="fedora:42"', 'PYCMD="/usr/bin/python3"', '"ansible-core>=2.16 ansible-runner"'):
        assert expected in instructions
    assert yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8")) == {
        "collections": [{"name": "huaweicloud.cloud"}]
    }
    # The collections of the test are in another folder.
    engine.run(introspect.replace("~/.ansible/collections", os.environ["E2E_COLLECTIONS"]))
    introspected = yaml.safe_load(engine.output)
    assert introspected == {"python": ["requests>=2.25.0  # from collection huaweicloud.cloud"], "system": []}


def test_build_from_tarball(engine):
    (definition,) = blocks("execution_environments", "Build an image from a tarball", "yaml")
    folder = engine.ansible.folder
    (tarball,) = Path(os.environ["E2E_COLLECTIONS"]).glob("*.tar.gz")
    (folder / tarball.name).write_bytes(tarball.read_bytes())
    definition = definition.replace("huaweicloud-cloud-VERSION.tar.gz", tarball.name)
    (folder / "execution-environment.yml").write_text(definition, encoding="utf-8")
    engine.run("ansible-builder create")
    # The engine would run this in the folder _build, in the image.
    words = ("collection", "install", "--offline", "-r", "requirements.yml", "--collections-path", folder / "collections")
    command = [str(BIN / "ansible-galaxy"), *map(str, words)]
    env = {**engine.ansible.env, "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections")}
    subprocess.run(command, cwd=folder / "context" / "_build", env=env, check=True, capture_output=True, timeout=120)
    assert (folder / "collections" / "ansible_collections" / "huaweicloud" / "cloud" / "playbooks").is_dir()


def test_navigator(engine, dli):
    """With Docker, because Podman needs a folder of the machine."""
    engine.ansible.env.update(dli.env(), ANSIBLE_NAVIGATOR_CONTAINER_ENGINE="docker")
    (line,) = lines("execution_environments", "Test the image")
    commands = engine.run(line)
    (run,) = [words for words in commands if words[1] == "run"]
    assert run[-5:] == ["ee-huaweicloud:1.0", "ansible-playbook", "huaweicloud.cloud.streaming_jobs_run", "-e", "dli_job_ids=131"]
    assert started(dli) == [131] and not any(dli.env()["HW_SECRET_KEY"] in word for word in run)


def test_push(engine):
    tag, push, _set_up = lines("execution_environments", "Use the image in AWX")
    assert engine.run(tag) + engine.run(push) == [["podman", "tag", "ee-huaweicloud:1.0", IMAGE], ["podman", "push", IMAGE]]


def test_requirements_are_not_pinned():
    """An execution environment shares its libraries with other collections."""
    meta = CHECKOUT / "meta"
    named = yaml.safe_load((meta / "execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]["python"]
    wanted = (CHECKOUT / named).read_text(encoding="utf-8")
    assert [line for line in wanted.splitlines() if not line.startswith("#")] == ["requests>=2.25.0"]
