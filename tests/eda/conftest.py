# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs ansible-rulebook with the built and installed collection against local DLIs in this process.

``make eda`` sets these variables: EDA_BIN, the directory of ansible-rulebook; EDA_COLLECTIONS, the collections path with the
installed collection.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from local_dli.server import serve

BIN = Path(os.environ["EDA_BIN"])
COLLECTIONS = os.environ["EDA_COLLECTIONS"]
#: Seconds for a condition to become true. A condition that is true on an idle machine after 10 seconds needs much longer on a
#: busy one, so the tests wait for conditions, never for times.
PATIENCE = 150.0
INVENTORY = {
    "all": {
        "hosts": {
            "localhost": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
    }
}
#: Writes the event to a file in the directory ``escalated`` of the test.
ESCALATE = """
- name: Escalate
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Record the event
      ansible.builtin.copy:
        dest: "{{ lookup('ansible.builtin.env', 'ESCALATED') }}/{{ ansible_eda.event.meta.uuid }}"
        content: "{{ ansible_eda.event.dli | to_json }}"
        mode: "0600"
"""


def wait_until(condition, what: str, patience: float = PATIENCE):
    """Return the value of a condition as soon as it is true."""
    end = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {patience:.0f} s: {what() if callable(what) else what}"
        time.sleep(0.05)
    return value


class Rulebook:
    """One process of ansible-rulebook."""

    def __init__(self, folder: Path, rulebook: str, variables: dict, env: dict, words=("-v",)) -> None:
        for name, content in (("inventory.yml", INVENTORY), ("vars.yml", variables)):
            (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
        (folder / "escalate.yml").write_text(ESCALATE, encoding="utf-8")
        number = len(list(folder.glob("log*")))
        self.log_file = folder / f"log{number}.txt"
        self.escalations = folder / "escalated"
        self.escalations.mkdir(exist_ok=True)
        command = [BIN / "ansible-rulebook", "-r", rulebook, "-i", "inventory.yml", "--vars", "vars.yml", *words]
        environ = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ESCALATED": str(self.escalations),
            **{name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ},
            **env,
        }
        with self.log_file.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environ, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def escalated(self) -> list[dict]:
        """The events that the escalation playbook received."""
        files = [path for path in self.escalations.iterdir() if not path.name.startswith(".")]
        return [json.loads(path.read_text(encoding="utf-8")) for path in files]

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.log, lambda: f"{text!r} in the log:\n{self.log}")

    def wait_for_end(self) -> int:
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        """End the process and its playbooks with SIGTERM, as a service manager does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


@pytest.fixture
def rulebook(tmp_path):
    """Return a function that starts ansible-rulebook. All processes are ended after the test."""
    started: list[Rulebook] = []

    def start(name: str, variables: dict | None = None, env: dict | None = None, **options) -> Rulebook:
        started.append(Rulebook(tmp_path, name, variables or {}, env or {}, **options))
        return started[-1]

    yield start
    for process in started:
        process.end()


@pytest.fixture
def dli():
    """A local DLI without jobs; statuses change quickly, and automatic restarts take two seconds."""
    with serve(settings={"submit_delay": 0.3, "restart_delay": 2.0}) as service:
        service.service.clear()
        yield service
