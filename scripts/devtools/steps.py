# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps themselves. To add one: write a function with ``@step`` here and name it in the Makefile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from . import ansible_test, local_dli
from .awx_collection import awx_collection
from .job import Job, StepFailed, StepSkipped
from .pythons import controller, pythons
from .stage import collections_path, install_built, stage
from .venvs import compile_requirements, venv
from .work import CACHE, CHECKOUT, WORK, collection_name, environment

Step = Callable[[Job, list[str]], None]
# In the order in which `make test` begins them: what answers fast first, then what takes long.
STEPS: dict[str, Step] = {}
# Everything else one can ask for; none of these is a check.
CHORES: dict[str, Step] = {}


def _named(steps: dict[str, Step]) -> Callable[[Step], Step]:
    def add(function: Step) -> Step:
        steps[function.__name__.replace("_", "-")] = function
        return function

    return add


step, chore = _named(STEPS), _named(CHORES)


def report_of(name: str) -> Path:
    """Where a step that runs pytest leaves its counts."""
    return WORK / "reports" / f"{name}.xml"


def _pytest(job: Job, home: Path, default: str, args: list[str], *options: str | Path, **extra: str | Path) -> None:
    chosen = args if any(word.startswith("tests/") for word in args) else [default, *args]
    settings = ("-p", "no:cacheprovider", f"--junitxml={report_of(job.name)}")
    job.run(home / "bin" / "python", "-m", "pytest", "-q", *settings, *options, *chosen, env=environment(home, **extra))


@step
def lint(job: Job, args: list[str]) -> None:
    """ruff over every Python file"""
    cache = f"--cache-dir={WORK / 'ruff'}"
    job.run(venv(job, "dev") / "bin" / "ruff", "check", "--output-format=concise", cache, *(args or ["."]))


@step
def types(job: Job, args: list[str]) -> None:
    """mypy, strict, over the plugins, the local DLI and these scripts"""
    home, staged = venv(job, "dev"), stage(job.name)
    mypy = ("mypy", f"--config-file={CHECKOUT / 'mypy.ini'}", f"--cache-dir={WORK / 'mypy'}", *args)
    plugins = ".".join(("ansible_collections", *collection_name(), "plugins"))
    # Package, the folder that it is found in, and the one that paths in complaints begin at.
    packages = (
        (plugins, collections_path(staged), staged),
        ("local_dli", CHECKOUT / "tests", CHECKOUT),
        ("devtools", CHECKOUT / "scripts", CHECKOUT),
    )
    failed = []
    for package, place, folder in packages:
        try:
            job.run(*mypy, "-p", package, env=environment(home, MYPYPATH=place), cwd=folder)
        except StepFailed:
            failed.append(package)
    if failed:
        raise StepFailed(f"mypy complains about {', '.join(failed)}")


@step
def unit(job: Job, args: list[str]) -> None:
    """unit tests with line and branch coverage of the plugins, at least 95 % (no coverage when ARGS choose some)"""
    coverage = [] if args else ["--cov", f"--cov-report=html:{WORK / 'coverage'}", "--cov-report=term"]
    _pytest(job, venv(job, "dev"), "tests/unit", args, *coverage, COVERAGE_FILE=WORK / "coverage.data")


@step
def changelog_lint(job: Job, args: list[str]) -> None:
    """the changelog and its fragments"""
    home = venv(job, "dev")
    job.run("antsibull-changelog", "lint", *args, env=environment(home))


@step
def localdli(job: Job, args: list[str]) -> None:
    """the local DLI's own tests"""
    _pytest(job, venv(job, "dev"), "tests/local_dli_tests", args, PYTHONPATH=CHECKOUT / "tests")


@step
def chaos(job: Job, args: list[str]) -> None:
    """random worlds with faults and other people's hands, every report held against the truth (N= worlds)"""
    _pytest(job, venv(job, "dev"), "tests/chaos", args, CHAOS_SCHEDULES=os.environ.get("N") or "2000")


@step
def sanity_oldest(job: Job, args: list[str]) -> None:
    """ansible-test sanity with the oldest supported ansible-core"""
    ansible_test.sanity(job, venv(job, "oldest", controller(("3.12", "3.11", "3.10"))), *args)


@step
def sanity(job: Job, args: list[str]) -> None:
    """ansible-test sanity with the newest ansible-core"""
    ansible_test.sanity(job, venv(job, "dev"), *args)


@step
def unit_py39(job: Job, args: list[str]) -> None:
    """unit tests on the oldest Python a target may have"""
    _pytest(job, venv(job, "python39", _python39()), "tests/unit", args)


@step
def ansible_lint(job: Job, args: list[str]) -> None:
    """ansible-lint, production profile"""
    home, staged = venv(job, "dev"), stage(job.name)
    path = f"{collections_path(staged)}{os.pathsep}{awx_collection(job, home)}"
    env = environment(home, ANSIBLE_COLLECTIONS_PATH=path)
    job.run("ansible-lint", *args, env=env, cwd=staged)


@step
def docs_lint(job: Job, args: list[str]) -> None:
    """antsibull-docs over the plugins' documentation"""
    home, staged = venv(job, "dev"), stage(job.name)
    checks = ("--plugin-docs", "--validate-collection-refs=self", "--skip-rstcheck")
    job.run("antsibull-docs", "lint-collection-docs", *checks, *args, ".", env=environment(home), cwd=staged)


@step
def build(job: Job, args: list[str]) -> None:
    """the tarball: what is in it, that it installs, and what execution environments learn from it"""
    env = environment(venv(job, "dev"))
    installed = install_built(job, env, "built")
    told = job.run("ansible-builder", "introspect", installed, env=env)
    if "requests" not in told:
        raise StepFailed("ansible-builder finds no requests in meta/execution-environment.yml")
    (tarball,) = installed.glob("*.tar.gz")
    job.say(f"built {tarball}")


@step
def demo(job: Job, args: list[str]) -> None:
    """the collection at work: a playbook against the local DLI"""
    home = venv(job, "demo")
    extra = {"ANSIBLE_FORCE_COLOR": "true"} if job.echo and sys.stdout.isatty() else {}
    with local_dli.running(job, home) as variables:
        env = environment(home, ANSIBLE_COLLECTIONS_PATH=collections_path(stage(job.name)), **extra, **variables)
        job.run("ansible-playbook", "tests/demo/demo.yml", *args, env=env)


@step
def e2e(job: Job, args: list[str]) -> None:
    """end-to-end tests: real ansible, the built collection, the local DLI"""
    home = venv(job, "dev")
    installed = install_built(job, environment(home), "installed")
    targets = {"controller": home / "bin" / "python", "without_requests": venv(job, "bare") / "bin" / "python"}
    if "3.9" in pythons():
        targets["3.9"] = venv(job, "python39", _python39()) / "bin" / "python"
    told: dict[str, str | Path] = {
        "ANSIBLE_COLLECTIONS_PATH": installed,
        "E2E_AWX": awx_collection(job, home),
        "E2E_BIN": home / "bin",
        "E2E_COLLECTIONS": installed,
        "E2E_PYTHONS": json.dumps({name: str(path) for name, path in targets.items()}),
    }
    # A file stays in one process: its table of cells is played once.
    _pytest(job, home, "tests/e2e", args, "-n", "2", "--dist", "loadfile", **told)


def _python39() -> Path:
    if "3.9" not in pythons():
        raise StepSkipped("no Python 3.9 here")
    return pythons()["3.9"]


@chore
def dli(job: Job, args: list[str]) -> None:
    """the local DLI in the foreground, until Ctrl-C (PORT=)"""
    home = venv(job, "demo")
    # Straight on the terminal, so that Ctrl-C reaches it as it would without us.
    port = ("--port", os.environ["PORT"]) if os.environ.get("PORT") else ()
    command = [str(word) for word in local_dli.command(home, *port, *args)]
    service = subprocess.Popen(command, cwd=CHECKOUT, env=local_dli.service_environment(home))
    try:
        service.wait()
    finally:
        if service.poll() is None:
            service.terminate()
            service.wait(10)
    if service.returncode:
        raise StepFailed("the local DLI ended with an error", service.returncode)


@chore
def run(job: Job, args: list[str]) -> None:
    """any command of the dev venv, as in ARGS='ansible-doc -l huaweicloud.cloud'; it sees the collection as it is now"""
    home = venv(job, "dev")
    env = environment(home, ANSIBLE_COLLECTIONS_PATH=collections_path(stage(job.name)))
    job.run(*(args or ["ansible", "--version"]), env=env)


@chore
def lock(job: Job, args: list[str]) -> None:
    """pin anew what requirements/*.in ask for"""
    compile_requirements(job)


@chore
def clean(job: Job, args: list[str]) -> None:
    """remove everything these steps keep outside the checkout"""
    shutil.rmtree(CACHE, ignore_errors=True)
