# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Targets that are not checks."""

from __future__ import annotations

import os
import shutil
import subprocess

from . import local_dli
from .job import Job, StepFailed
from .pytests import pytest
from .stage import collections_path, install_built, stage
from .steps import Step
from .venvs import compile_requirements, venv
from .work import CACHE, CHECKOUT, DevError, collection_name, environment

CHORES: dict[str, Step] = {}


def chore(function: Step) -> Step:
    CHORES[function.__name__.replace("_", "-")] = function
    return function


@chore
def dli(job: Job, args: list[str]) -> None:
    """start the local DLI in the foreground; stop it with Ctrl-C (PORT=)"""
    home = venv(job, "demo")
    # The service inherits the terminal, so it receives Ctrl-C directly.
    port = ("--port", os.environ["PORT"]) if os.environ.get("PORT") else ()
    command = [str(word) for word in local_dli.command(home, *port, *args)]
    service = subprocess.Popen(command, cwd=CHECKOUT, env=environment(home))
    try:
        service.wait()
    finally:
        if service.poll() is None:
            service.terminate()
            service.wait(10)
    if service.returncode:
        raise StepFailed(f"the local DLI failed with exit code {service.returncode}", service.returncode)


@chore
def explore(job: Job, args: list[str]) -> None:
    """property-based tests with other random scenarios in each run (N=: scenarios, default 10000)"""
    variables = {"PROPERTY_SCENARIOS": os.environ.get("N") or "10000", "PROPERTY_EXPLORE": "1"}
    pytest(job, venv(job, "dev"), "tests/property", args, **variables)


@chore
def run(job: Job, args: list[str]) -> None:
    """run a command of the dev venv with the current collection, for example ARGS='ansible-doc -l huaweicloud.cloud'"""
    home = venv(job, "dev")
    env = environment(home, ANSIBLE_COLLECTIONS_PATH=collections_path(stage(job.name)))
    job.run(*(args or ["ansible", "--version"]), env=env)


@chore
def tarball(job: Job, args: list[str]) -> None:
    """build the tarball of a release in the checkout; ARGS=VERSION, the version in galaxy.yml and the changelog"""
    if len(args) != 1:
        raise DevError("Specify the version: make tarball ARGS=VERSION")
    (version,) = args
    if any((CHECKOUT / "changelogs" / "fragments").glob("*.y*ml")):
        raise DevError("changelogs/fragments contains fragments that are not released. Run antsibull-changelog release first.")
    if f"\nv{version}\n" not in (CHECKOUT / "CHANGELOG.rst").read_text(encoding="utf-8"):
        raise DevError(f"CHANGELOG.rst has no section for version {version}.")
    built = install_built(job, environment(venv(job, "dev")), "release") / f"{'-'.join((*collection_name(), version))}.tar.gz"
    if not built.exists():
        raise DevError(f"The version in galaxy.yml is not {version}.")
    shutil.copy(built, CHECKOUT)


@chore
def lock(job: Job, args: list[str]) -> None:
    """update all pins in requirements/*.txt; with ARGS="dev importer" only add missing pins in these files"""
    compile_requirements(job, args)


@chore
def clean(job: Job, args: list[str]) -> None:
    """remove all files that these targets store outside the checkout"""
    shutil.rmtree(CACHE, ignore_errors=True)
