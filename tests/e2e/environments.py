# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Environments for the code blocks of a page: each runs a block according to its language."""

from __future__ import annotations

import contextlib
import copy
import json
import re
import socket
import subprocess
import time
from dataclasses import fields

import yaml
from local_dli.testing import network
from task_runs import CHECKOUT, STATEMENT, started

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.environment import FAMILIES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult

from .conftest import PYTHONS
from .pages import Block

VARIABLES = {name for family in FAMILIES.values() for names in family.values() for name in names}
#: Lines that need a package index or a clone. `make test` covers them: each session creates a venv, and `build` installs.
SKIPPED = ("python3 -m venv ", "~/dli/bin/pip install ", "ansible-galaxy collection ")
#: Variables that every shell sets.
_SHELL = {"PWD", "OLDPWD", "SHLVL", "_", "BASH_EXECUTION_STRING"}
#: The ID of an example job that can be started, for the placeholder YOUR_JOB_ID.
STARTABLE_JOB = 131
#: Placeholder for any text in an output on a page.
ELLIPSIS = "…"
#: Shorter times than those of the roles and examples on the pages.
SHORT_TIMES = {
    "streaming_jobs_rollout_verify_seconds": 2,
    "streaming_jobs_rollout_wait_interval": 1,
    "streaming_jobs_recover_wait_interval": 0.2,
}


class Environment:
    """A terminal with access to a local DLI with the example jobs.

    :ivar env: the exported variables.
    :ivar ended: the result of the last command.
    """

    def __init__(self, ansible) -> None:
        self.ansible = ansible
        self.env = {}
        self.ended = None

    def run(self, block: Block) -> None:
        """Run a block; a language that the environment cannot run is an error."""
        getattr(self, f"run_{block.language}")(self.substitute(block.text))

    def substitute(self, text: str) -> str:
        """Return a text with its placeholders replaced."""
        return text

    def run_yaml(self, text: str) -> None:
        """A playbook."""
        self.expect_success(self.ansible.playbook(text, "-e", json.dumps(SHORT_TIMES), env=self.env))

    def run_shell(self, text: str) -> None:
        """Command lines."""
        commands = [line for line in text.splitlines() if line and not line.startswith(SKIPPED)]
        # The variables of the test have the same values, so a variable that is not read would not be noticed otherwise.
        assert set(re.findall(r"(?m)^export ((?:HW|OS|HUAWEICLOUD_SDK)_\w+)=", text)) <= VARIABLES, text
        for line in [line for line in commands if line.split()[0] == "make"]:
            target = [word for word in line.partition("#")[0].split()[1:] if "=" not in word]
            sessions = re.findall(r"(?m)^def (\w+)\(session: ", (CHECKOUT / "noxfile.py").read_text(encoding="utf-8"))
            assert set(target) <= {*sessions, "test", "matrix", "full"}, line
            commands.remove(line)
        if commands:
            exported = self.ansible.folder / "variables"
            script = "\n".join([*commands, f"env -0 > {exported}"])
            self.expect_success(self.ansible.command("/bin/bash", "-euc", script, env=self.env))
            variables = dict(word.split("=", 1) for word in exported.read_text(encoding="utf-8").split("\0") if word)
            before = self.ansible.env
            self.env = {name: value for name, value in variables.items() if before.get(name) != value and name not in _SHELL}

    def run_json(self, text: str) -> None:
        """The result of one job."""
        assert list(json.loads(text)) == [field.name for field in fields(JobResult)]

    def run_text(self, text: str) -> None:
        """The output of the previous command."""
        assert contains(self.ended.output, text), f"{text}\n---\n{self.ended.output}"

    def expect_success(self, ended) -> None:
        self.ended = ended
        assert ended.code == 0, ended.output
        assert "[WARNING]" not in ended.stderr, ended.stderr


def contains(output: str, text: str) -> bool:
    """Return whether an output contains a text; an ellipsis in the text matches any text."""
    parts = [re.escape(" ".join(part.split())) for part in text.split(ELLIPSIS)]
    return re.search(".*".join(parts), " ".join(output.split())) is not None


class ExampleJobs(Environment):
    """An environment with the jobs and the file of the examples."""

    def __init__(self, ansible, dli) -> None:
        super().__init__(ansible)
        for number, name in enumerate(("orders_enriched", "clicks_hourly")):
            dli.seed([{"job_id": 900 + number, "name": name, "sql_body": STATEMENT}])
        for number, name in ((128, "runs_128"), (129, "runs_129"), (910, "orders_live")):
            dli.seed([{"job_id": number, "name": name, "sql_body": STATEMENT, "status": "job_running"}])
        (ansible.folder / "orders_enriched.sql").write_text(STATEMENT, encoding="utf-8")


class SeveralHosts(ExampleJobs):
    """An environment with an inventory of hosts, each with its own job."""

    PIPELINES = {"host1": "orders_enriched", "host2": "clicks_hourly"}

    def __init__(self, ansible, dli) -> None:
        super().__init__(ansible, dli)
        self.dli = dli
        ansible.env["ANSIBLE_PYTHON_INTERPRETER"] = PYTHONS["controller"]
        hosts = {name: {"pipeline": pipeline} for name, pipeline in self.PIPELINES.items()}
        self.inventory = ansible.folder / "hosts.yml"
        self.inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")

    def run_shell(self, text: str) -> None:
        """Several hosts start the same job: it is started once, with a warning."""
        super().run_shell(text)
        assert len(started(self.dli)) == 1 and self.ended.stderr.count("run_once: true") == 1

    def run_yaml(self, text: str) -> None:
        self.expect_success(self.ansible.playbook(text, "-i", self.inventory, env=self.env))
        assert {900, 901} <= set(started(self.dli)) and "run_once" not in self.ended.stderr

    def expect_success(self, ended) -> None:
        self.ended = ended
        assert ended.code == 0, ended.output


class Lifecycle(Environment):
    """The lifecycle of a job, with an additional rollout that fails."""

    BAD_SQL = "-- local-dli: {fail_after: 0.5, fail_text: boom}\n{{ orders_sql }}"
    ROLLED_BACK = "streaming_jobs_rollout_result | map(attribute='outcome') | list == ['rolled_back']"

    def __init__(self, ansible, dli) -> None:
        super().__init__(ansible)
        self.dli = dli

    def run_yaml(self, text: str) -> None:
        play = json.dumps([self._with_short_waits(self._with_failure(text))])
        self.expect_success(self.ansible.playbook(play, "-e", json.dumps(SHORT_TIMES), env=self.env))
        recap = self.ended.stdout.rpartition("localhost")[2]
        assert "failed=0" in recap and "rescued=2" in recap, recap  # the role rescues the job, and the play rescues the role
        first, second = sorted({entry.job_id for entry in self.dli.ledger.find(accepted=True)})
        done = [entry.operation for entry in self.dli.ledger.find(job_id=first, accepted=True)]
        # created; started; savepoint; stopped with a savepoint, updated and resumed; updated and started without state;
        assert done[:9] == ["create", "start", "savepoint", "stop", "edit", "start", "stop", "edit", "start"]
        # savepoint and rolled out; savepoint, rolled out and rolled back; exported; deleted
        assert done[9:13] == ["savepoint", "stop", "edit", "start"]
        assert done[13:19] == ["savepoint", "stop", "edit", "start", "edit", "start"]
        assert [word for word in done[19:] if word != "export"] == ["delete"]
        resumed = [entry.resume_savepoint for entry in self.dli.ledger.starts(first)]
        assert resumed == [False, True, False, False, False, True]
        assert self.dli.ledger.find(job_id=second, accepted=True)[-1].operation == "delete"
        assert {first, second}.isdisjoint(self.dli.jobs)

    def expect_success(self, ended) -> None:
        """The rollback warns that its savepoint is older than the SQL."""
        self.ended = ended
        assert ended.code == 0, ended.output
        assert ended.stderr.count("[WARNING]") == 1 and contains(ended.stderr, "created before sql_body changed"), (
            ended.stderr
        )

    def _with_failure(self, text: str) -> dict:
        """Return the play with a second rollout, which fails and is rolled back."""
        (play,) = yaml.safe_load(text)
        at = next(number for number, task in enumerate(play["tasks"]) if task["name"] == "Roll out new SQL")
        bad = copy.deepcopy(play["tasks"][at])
        bad["vars"]["streaming_jobs_rollout_jobs"][0]["sql_body"] = self.BAD_SQL
        check = {"name": "Check the rollback", "ansible.builtin.assert": {"that": [self.ROLLED_BACK]}}
        play["tasks"].insert(at + 1, {"name": "Roll out bad SQL", "block": [bad], "rescue": [check]})
        return play

    @staticmethod
    def _with_short_waits(play: dict) -> dict:
        """Return the play with a shorter interval in each task that waits."""
        for task in play["tasks"]:
            for arguments in task.values():
                if isinstance(arguments, dict) and arguments.get("wait"):
                    arguments["wait_interval"] = 1
        return play


class Clouds(Environment):
    """Two clouds under their real host names, which only a proxy resolves."""

    FILES = {"ini": ".huaweicloud/credentials", "json": ".hcloud/config.json"}

    def __init__(self, ansible, clouds, authority, proxy, metadata_url) -> None:
        super().__init__(ansible)
        self.clouds = clouds
        self.env = {"HTTPS_PROXY": proxy.url, "REQUESTS_CA_BUNDLE": str(authority.ca_file)}
        self.values, self.variables = _credentials(clouds[0])
        self.placeholders = {
            "http://proxy.example.com:3128": proxy.url,
            "/etc/pki/proxy.pem": str(authority.ca_file),
            # The address of the metadata service is fixed on a cloud server.
            "auth_method: metadata": f"auth_method: metadata\n        metadata_url: {metadata_url}",
            **{f"YOUR_{name}": value for name, value in self.values.items()},
            "YOUR_JOB_ID": str(STARTABLE_JOB),
        }

    def substitute(self, text: str) -> str:
        for placeholder in sorted(self.placeholders, key=len, reverse=True):
            text = text.replace(placeholder, self.placeholders[placeholder])
        assert "YOUR_" not in text
        if "proxy:" in text:
            # A block that sets the proxy must not use the proxy of the environment.
            self.env = {"HW_ACCESS_KEY": self.values["ACCESS_KEY"], "HW_SECRET_KEY": self.values["SECRET_KEY"]}
        return text

    def run_ini(self, text: str) -> None:
        self._file("ini", text)

    def run_json(self, text: str) -> None:
        self._file("json", text)

    def _file(self, language: str, text: str) -> None:
        file = self.ansible.folder / "home" / self.FILES[language]
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_yaml(self, text: str) -> None:
        with self._starting(1):
            self.expect_success(self.ansible.playbook(text, "-e", json.dumps(self.variables), env=self.env))

    def run_shell(self, text: str) -> None:
        with self._starting(len(re.findall(r"(?m)^ansible .*jobs_run(?!.*--check)", text))):
            super().run_shell(text)

    @contextlib.contextmanager
    def _starting(self, jobs: int):
        # Each example starts with inactive jobs.
        for cloud in self.clouds:
            for job in cloud.jobs.values():
                if job.status in ("job_submitting", "job_running"):
                    cloud.force(job.job_id, "job_cancel_success")
        before = self._starts()
        yield
        assert self._starts() == before + jobs

    def _starts(self) -> int:
        return sum(len(started(cloud)) for cloud in self.clouds)


def _credentials(dli):
    """Return the values of the placeholders and of the variables of a page."""
    account = dli.accounts.account
    temporary = next(pair for pair in account.keys if pair.security_token)
    env, user, agency = dli.env(), dli.password_env(), dli.agency_env()
    values = {
        "ACCESS_KEY": env["HW_ACCESS_KEY"],
        "SECRET_KEY": env["HW_SECRET_KEY"],
        "TEMPORARY_ACCESS_KEY": temporary.access_key,
        "TEMPORARY_SECRET_KEY": temporary.secret_key,
        "SECURITY_TOKEN": temporary.security_token,
        "PROJECT_ID": env["HW_PROJECT_ID"],
        "TOKEN": dli.token(),
        "USER_NAME": user["HW_USER_NAME"],
        "PASSWORD": user["HW_USER_PASSWORD"],
        "ACCOUNT": user["HW_DOMAIN_NAME"],
    }
    variables = {
        "vaulted_access_key": env["HW_ACCESS_KEY"],
        "vaulted_secret_key": env["HW_SECRET_KEY"],
        "vaulted_username": user["HW_USER_NAME"],
        "vaulted_password": user["HW_USER_PASSWORD"],
        "account": user["HW_DOMAIN_NAME"],
        "agency": agency["HW_ASSUME_ROLE_AGENCY_NAME"],
        "their_account": agency["HW_ASSUME_ROLE_DOMAIN_NAME"],
    }
    return values, variables


class FailedCommand(ExampleJobs):
    """A terminal after a command that failed."""

    def __init__(self, ansible, dli, ended) -> None:
        super().__init__(ansible, dli)
        self.ended = ended
        self.authority = network.Authority()

    def substitute(self, text: str) -> str:
        return text.replace("/etc/pki/proxy.pem", str(self.authority.ca_file))

    def run_text(self, text: str) -> None:
        """The output of the command. If it depends on the version of Ansible, the block has a line for each version."""
        assert any(contains(self.ended.output, line) for line in text.splitlines()), f"{text}\n---\n{self.ended.output}"


class Installation(Environment):
    """A machine with the installed collection, on which the block starts the local DLI."""

    def __init__(self, ansible, collections, services: contextlib.ExitStack) -> None:
        super().__init__(ansible)
        self.services = services
        home = ansible.folder / "home" / ".ansible" / "collections"
        home.parent.mkdir()
        home.symlink_to(collections)
        del ansible.env["ANSIBLE_COLLECTIONS_PATH"]
        # No package index is queried, neither for installed packages nor for a newer pip.
        ansible.env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])

    def substitute(self, text: str) -> str:
        return text.replace("8787", self.port)

    def run_shell(self, text: str) -> None:
        for line in text.splitlines():
            if re.match(r"python3 \S+/extensions/local_dli\b", line) and not line.endswith("&"):
                self._serve(line)
                text = text.replace(line, "")
        super().run_shell(text)

    def _serve(self, line: str) -> None:
        """Run a line in the background until the end of the test."""
        log = self.ansible.folder / "log"
        env = {**self.ansible.env, **self.env}
        with log.open("wb") as output:
            command = ["/bin/bash", "-c", f"exec {line}"]
            service = subprocess.Popen(command, cwd=self.ansible.folder, env=env, stdout=output, stderr=output)
        self.services.callback(service.wait, 10)
        self.services.callback(service.terminate)
        deadline = time.monotonic() + 20
        while "export HW_AUTH_URL" not in log.read_text(encoding="utf-8"):
            assert service.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.05)

    def run_yaml(self, text: str) -> None:
        """A file, if the first line is a comment with its name, or else a playbook."""
        if match := re.match(r"# (\S+\.yml)\b", text):
            (self.ansible.folder / match[1]).write_text(text, encoding="utf-8")
        else:
            super().run_yaml(text)


class ChangelogFragment(Environment):
    """Checks changelog fragments."""

    def run_yaml(self, text: str) -> None:
        config = yaml.safe_load((CHECKOUT / "changelogs" / "config.yaml").read_text(encoding="utf-8"))
        for section, notes in yaml.safe_load(text).items():
            assert section in dict(config["sections"]) and all(isinstance(note, str) for note in notes)
