# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What one can ask for besides the steps; none of these is a check."""

from __future__ import annotations

import os
import shutil
import subprocess

from . import local_dli
from .job import Job, StepFailed
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
    """the local DLI in the foreground, until Ctrl-C (PORT=)"""
    home = venv(job, "demo")
    # Straight on the terminal, so that Ctrl-C reaches it as it would without us.
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
        raise StepFailed("the local DLI ended with an error", service.returncode)


@chore
def run(job: Job, args: list[str]) -> None:
    """any command of the dev venv, as in ARGS='ansible-doc -l huaweicloud.cloud'; it sees the collection as it is now"""
    home = venv(job, "dev")
    env = environment(home, ANSIBLE_COLLECTIONS_PATH=collections_path(stage(job.name)))
    job.run(*(args or ["ansible", "--version"]), env=env)


@chore
def tarball(job: Job, args: list[str]) -> None:
    """what a release publishes, laid into the checkout; ARGS=VERSION, which galaxy.yml and the changelog must bear too"""
    if len(args) != 1:
        raise DevError("Which version? make tarball ARGS=VERSION")
    (version,) = args
    if any((CHECKOUT / "changelogs" / "fragments").glob("*.y*ml")):
        raise DevError("There are changelog fragments left that no release took in.")
    if f"\nv{version}\n" not in (CHECKOUT / "CHANGELOG.rst").read_text(encoding="utf-8"):
        raise DevError(f"The changelog knows no {version}.")
    built = install_built(job, environment(venv(job, "dev")), "release") / f"{'-'.join((*collection_name(), version))}.tar.gz"
    if not built.exists():
        raise DevError(f"galaxy.yml does not say {version}.")
    shutil.copy(built, CHECKOUT)


@chore
def lock(job: Job, args: list[str]) -> None:
    """pin anew what requirements/*.in ask for; with ARGS="dev importer" only what those files lack"""
    compile_requirements(job, args)


@chore
def clean(job: Job, args: list[str]) -> None:
    """remove everything these steps keep outside the checkout"""
    shutil.rmtree(CACHE, ignore_errors=True)
