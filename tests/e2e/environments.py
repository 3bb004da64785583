# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Environments for the code blocks of a page: each runs a block according to its language."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import yaml
from local_dli.instance import LocalDli
from local_dli.seed import example
from local_dli.server import listening, serve
from local_dli.testing import network
from task_runs import CHECKOUT, STATEMENT, CommandResult, InProcess, started

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.environment import FAMILIES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult

from .conftest import PYTHONS
from .pages import Block
from .scenarios import Scenarios

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
WAIT_INTERVAL = 0.2
SHORT_TIMES = {
    "streaming_jobs_rollout_verify_seconds": 1,
    "streaming_jobs_rollout_wait_interval": WAIT_INTERVAL,
    "streaming_jobs_recover_wait_interval": WAIT_INTERVAL,
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
            target = [word for word in shlex.split(line, comments=True)[1:] if "=" not in word]
            sessions = re.findall(r"(?m)^def (\w+)\(session: ", (CHECKOUT / "noxfile.py").read_text(encoding="utf-8"))
            assert set(target) <= {*sessions, "test", "matrix", "full"}, line
            commands.remove(line)
        if commands:
            exported = self.ansible.folder / "variables"
            commands = [
                re.sub(r"wait=true(?!.*wait_interval=)", f"wait=true wait_interval={WAIT_INTERVAL}", line) for line in commands
            ]
            script = "\n".join([*commands, f"env -0 > {exported}"])
            self.expect_success(self.ansible.command("/bin/bash", "-euc", script, env=self.env))
            variables = dict(word.split("=", 1) for word in exported.read_text(encoding="utf-8").split("\0") if word)
            before = self.ansible.env
            self.env = {name: value for name, value in variables.items() if before.get(name) != value and name not in _SHELL}

    def run_json(self, text: str) -> None:
        """The result of one job."""
        assert list(json.loads(text)) == list(JobResult._fields)

    def run_text(self, text: str) -> None:
        """The output of the previous command."""
        assert contains(self.ended.output, text), f"{text}\n---\n{self.ended.output}"

    def expect_success(self, ended) -> None:
        self.ended = ended
        assert ended.code == 0, ended.output
        assert "[WARNING]" not in ended.stderr, ended.stderr


def with_short_waits(text: str) -> list[dict]:
    """Return the plays of a playbook, with a shorter interval in each task that waits."""
    plays = yaml.safe_load(text)
    for task in [task for play in plays for task in play["tasks"]]:
        for arguments in task.values():
            if isinstance(arguments, dict) and arguments.get("wait"):
                arguments["wait_interval"] = WAIT_INTERVAL
    return plays


def contains(output: str, text: str) -> bool:
    """Return whether an output contains a text; an ellipsis in the text matches any text."""
    parts = [re.escape(" ".join(part.split())) for part in text.split(ELLIPSIS)]
    return re.search(".*".join(parts), " ".join(output.split())) is not None


def seed_examples(dli: LocalDli, folder: Path) -> None:
    """Add the jobs of the examples to a local DLI, and their file to the folder of a playbook."""
    for number, name in enumerate(("orders_enriched", "clicks_hourly")):
        dli.seed([{"job_id": 900 + number, "name": name, "sql_body": STATEMENT}])
    for number, name in ((128, "runs_128"), (129, "runs_129"), (910, "orders_live")):
        dli.seed([{"job_id": number, "name": name, "sql_body": STATEMENT, "status": "job_running"}])
    (folder / "orders_enriched.sql").write_text(STATEMENT, encoding="utf-8")


class ExampleJobs(Environment):
    """An environment with the jobs and the file of the examples."""

    def __init__(self, ansible, dli, playbooks: Playbooks) -> None:
        super().__init__(ansible)
        self.playbooks = playbooks
        seed_examples(dli, ansible.folder)

    def run_yaml(self, text: str) -> None:
        """A playbook, which one command has run together with others."""
        self.ended = self.playbooks.expect_success(text)


class SeveralHosts(Environment):
    """An environment with an inventory of hosts, each with its own job."""

    PIPELINES = {"host1": "orders_enriched", "host2": "clicks_hourly"}

    def __init__(self, ansible, dli) -> None:
        super().__init__(ansible)
        seed_examples(dli, ansible.folder)
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


class Lifecycle:
    """The lifecycle of a job. test_roles.py tests rollouts that fail."""

    def __init__(self, playbooks: Playbooks) -> None:
        self.playbooks = playbooks

    def run(self, block: Block) -> None:
        self.playbooks.expect_success(block.text)
        dli = self.playbooks.dli(block.text)
        first, second = sorted({entry.job_id for entry in dli.ledger.find(accepted=True)})
        done = [entry.operation for entry in dli.ledger.find(job_id=first, accepted=True)]
        # created; started; savepoint; stopped with a savepoint, updated and resumed; updated and started without state;
        assert done[:9] == ["create", "start", "savepoint", "stop", "edit", "start", "stop", "edit", "start"]
        # savepoint and rolled out; exported; deleted
        assert done[9:13] == ["savepoint", "stop", "edit", "start"]
        assert [word for word in done[13:] if word != "export"] == ["delete"]
        resumed = [entry.resume_savepoint for entry in dli.ledger.starts(first)]
        assert resumed == [False, True, False, False]
        assert dli.ledger.find(job_id=second, accepted=True)[-1].operation == "delete"
        assert {first, second}.isdisjoint(dli.jobs)


class Clouds(Environment):
    """Two clouds under their real host names, which only a proxy resolves."""

    FILES = {"ini": ".huaweicloud/credentials", "json": ".hcloud/config.json"}

    def __init__(self, ansible, services: contextlib.ExitStack, playbooks: Playbooks | None = None) -> None:
        super().__init__(ansible)
        self.playbooks = playbooks
        authority = network.Authority()
        domains = {"cn-north-4": "cn-north-4.myhuaweicloud.com", "eu-de": "eu-de.otc.t-systems.com"}
        names = [[f"{service}.{domain}" for service in ("dli", "iam")] for domain in domains.values()]
        eu_de = example(region="eu-de", project_id="9a1b8daf23045e79b2c3d4e5f6071829", project_name="eu-de_team-a")
        self.clouds = []
        for seed, host_names in zip((None, eu_de), names):
            context = authority.server(*host_names).context()
            self.clouds.append(services.enter_context(serve(seed, tls=context)))
        routes = {f"{name}:443": cloud.url for cloud, host_names in zip(self.clouds, names) for name in host_names}
        proxy = services.enter_context(network.proxy(routes))
        # The metadata service is reached without a proxy and without TLS.
        metadata_url = services.enter_context(listening(self.clouds[0])).url
        self.env = {"HTTPS_PROXY": proxy.url, "REQUESTS_CA_BUNDLE": str(authority.ca_file)}
        self.values, self.variables = _credentials(self.clouds[0])
        self.placeholders = {
            "http://proxy.example.com:3128": proxy.url,
            "/etc/pki/proxy.pem": str(authority.ca_file),
            # The address of the metadata service is fixed on a cloud server.
            "auth_method: metadata": f"auth_method: metadata\n        metadata_url: {metadata_url}",
            **{f"YOUR_{name}": value for name, value in self.values.items()},
            "YOUR_JOB_ID": str(STARTABLE_JOB),
        }

    def run(self, block: Block) -> None:
        """Run a block. One command has run the playbooks together, each with its own clouds."""
        if block.language == "yaml":
            self.playbooks.expect_success(block.text)
            assert self.playbooks.clouds(block.text).starts() == 1
        else:
            super().run(block)

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

    def run_shell(self, text: str) -> None:
        before = self.starts()
        self.run_commands(text)
        assert self.starts() == before + len(re.findall(r"(?m)^ansible .*jobs_run(?!.*--check)", text))

    def run_commands(self, text: str) -> None:
        super().run_shell(text)

    def starts(self) -> int:
        """Return how many jobs the clouds have started."""
        return sum(len(started(cloud)) for cloud in self.clouds)


class CloudsInProcess(Clouds):
    """The same, but modules run in this process, with the variables that a shell exports.

    The sections differ in variables, files and options. ``Clouds`` runs one of them with real commands of the same form.
    """

    def run_commands(self, text: str) -> None:
        lines = text.splitlines()
        super().run_commands("\n".join(line for line in lines if not line.startswith("ansible ")))
        folder = self.ansible.folder / "in_process"
        folder.mkdir(exist_ok=True)
        for line in [line for line in lines if line.startswith("ansible ")]:
            command, host, module_word, module, *words = shlex.split(line)
            assert (command, host, module_word) == ("ansible", "localhost", "-m"), line
            arguments = words[1] if words[:1] == ["-a"] else ""
            run = InProcess(Path(tempfile.mkdtemp(dir=folder)))
            home = {"HOME": self.ansible.env["HOME"]}
            self.ended = run.adhoc(arguments, *words[2:], env={**home, **self.env}, module=module)
            assert self.ended.code == 0 and "warnings" not in self.ended.result, self.ended.output


class Playbooks:
    """Playbooks of pages. One command runs all of them; each has its own host and its own services."""

    def __init__(self, found: Scenarios, services: contextlib.ExitStack) -> None:
        self._found = found
        self._services = services
        self._names: dict[str, str] = {}
        self._clouds: dict[str, Clouds] = {}
        self._ca_file = str(network.Authority().ca_file)

    def add(self, text: str) -> None:
        """Add a playbook with the jobs of the examples."""
        dli = self._found.service()
        seed_examples(dli, self._found.ansible.folder)
        plays = with_short_waits(text.replace("/etc/pki/proxy.pem", self._ca_file))
        self._found.add(self._name(text), *plays, dli=dli)

    def add_with_clouds(self, text: str) -> None:
        """Add a playbook that uses the real host names of two clouds."""
        clouds = self._clouds[text] = Clouds(self._found.ansible, self._services)
        plays = yaml.safe_load(clouds.substitute(text))
        self._found.add(self._name(text), *plays, dli=clouds.clouds[0], environment=clouds.env, **clouds.variables)

    def add_lifecycle(self, text: str) -> None:
        self._found.add(self._name(text), *with_short_waits(text), dli=self._found.service())

    def run(self) -> None:
        self._found.run("-e", json.dumps(SHORT_TIMES))

    def expect_success(self, text: str) -> CommandResult:
        """Return the outcome of the command that has run a playbook, and fail if the playbook has failed."""
        self._found.succeeded(self._names[text])
        ended = self._found.ended
        assert "[WARNING]" not in ended.stderr, ended.stderr
        return ended

    def dli(self, text: str) -> LocalDli:
        return self._found.found[self._names[text]].dli

    def clouds(self, text: str) -> Clouds:
        return self._clouds[text]

    def _name(self, text: str) -> str:
        return self._names.setdefault(text, f"playbook{len(self._names)}")


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

    def __init__(self, ansible, dli, playbooks, ended) -> None:
        super().__init__(ansible, dli, playbooks)
        self.ended = ended

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
