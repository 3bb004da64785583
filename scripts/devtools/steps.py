# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of ``make test``. To add a step, add a function with ``@step`` here and its name to the Makefile."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from . import local_dli
from .ansible_test import ansible_test
from .awx_collection import awx_collection
from .job import Job, StepFailed
from .pytests import end_to_end, pytest
from .site import build_site
from .stage import collections_path, install_built, stage
from .venvs import venv
from .work import CHECKOUT, WORK, collection_name, environment

Step = Callable[[Job, list[str]], None]
# In the order in which `make test` starts them: short checks first, then long steps in parallel with the remaining ones.
STEPS: dict[str, Step] = {}


def step(function: Step) -> Step:
    STEPS[function.__name__.rstrip("_").replace("_", "-")] = function
    return function


@step
def lint(job: Job, args: list[str]) -> None:
    """ruff for all Python files, the import rules of packages, and the word list (only ruff if ARGS name files)"""
    home = venv(job, "dev")
    job.run(home / "bin" / "ruff", "check", "--output-format=concise", f"--cache-dir={WORK / 'ruff'}", *(args or ["."]))
    if not args:
        path = f"{collections_path(stage(job.name))}{os.pathsep}{local_dli.HOME}"
        command = ("lint-imports", CHECKOUT / ".importlinter", "--no-logo", "--cache-dir", WORK / "import-linter")
        job.run(*command, env=environment(home, PYTHONPATH=path))
        job.run("python", CHECKOUT / "scripts" / "words.py", env=environment(home))


@step
def types(job: Job, args: list[str]) -> None:
    """mypy in strict mode for the plugins, the local DLI and the scripts"""
    home, staged = venv(job, "dev"), stage(job.name)
    mypy = ("mypy", f"--config-file={CHECKOUT / 'mypy.ini'}", f"--cache-dir={WORK / 'mypy'}", *args)
    plugins = ".".join(("ansible_collections", *collection_name(), "plugins"))
    # Package, directory of the package, and directory to which paths in messages are relative.
    packages = (
        (plugins, collections_path(staged), staged),
        ("local_dli", local_dli.HOME, CHECKOUT),
        ("devtools", CHECKOUT / "scripts", CHECKOUT),
    )
    failed = []
    for package, path, folder in packages:
        try:
            job.run(*mypy, "-p", package, env=environment(home, MYPYPATH=path), cwd=folder)
        except StepFailed:
            failed.append(package)
    if failed:
        raise StepFailed(f"mypy found errors in {', '.join(failed)}")


@step
def unit(job: Job, args: list[str]) -> None:
    """unit tests with line and branch coverage of the plugins, at least 95 % (no coverage with ARGS)"""
    coverage = [] if args else ["--cov", f"--cov-report=html:{WORK / 'coverage'}", "--cov-report=term"]
    pytest(job, venv(job, "dev"), "tests/unit", args, *coverage, COVERAGE_FILE=WORK / "coverage.data")


@step
def e2e(job: Job, args: list[str]) -> None:
    """end-to-end tests with Ansible, the built collection and the local DLI (tests of AWX: make awx-2.21)"""
    # Three processes, because this is the longest step, and its tests mostly wait.
    end_to_end(job, venv(job, "dev"), ["3.9"], args or ["--ignore-glob=*/test_awx_*"], processes=3)


@step
def changelog_lint(job: Job, args: list[str]) -> None:
    """antsibull-changelog for the changelog and its fragments"""
    home = venv(job, "dev")
    job.run("antsibull-changelog", "lint", *args, env=environment(home))


@step
def licenses(job: Job, args: list[str]) -> None:
    """REUSE: all files have a license, and all license texts are present"""
    job.run("reuse", "lint", *args, env=environment(venv(job, "dev")), cwd=stage(job.name))


@step
def workflows(job: Job, args: list[str]) -> None:
    """schema and security checks of the GitHub workflows"""
    env = environment(venv(job, "dev"))
    files = sorted(CHECKOUT.glob(".github/workflows/*.yml"))
    job.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files, env=env)
    job.run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml", env=env)
    job.run("zizmor", "--offline", "--quiet", *args, ".github", env=env)


@step
def localdli(job: Job, args: list[str]) -> None:
    """tests of the local DLI"""
    pytest(job, venv(job, "dev"), "extensions/local_dli/tests", args)


@step
def property_(job: Job, args: list[str]) -> None:
    """property-based tests: scenarios with faults and other clients, compared with the ledger (N=: scenarios)"""
    pytest(job, venv(job, "dev"), "tests/property", args, PROPERTY_SCENARIOS=os.environ.get("N") or "2000")


@step
def sanity(job: Job, args: list[str]) -> None:
    """ansible-test sanity with the newest ansible-core"""
    ansible_test(job, venv(job, "dev"), "sanity", *args)


@step
def ansible_lint(job: Job, args: list[str]) -> None:
    """ansible-lint, production profile"""
    home, staged = venv(job, "dev"), stage(job.name)
    path = f"{collections_path(staged)}{os.pathsep}{awx_collection(job, home)}"
    env = environment(home, ANSIBLE_COLLECTIONS_PATH=path)
    job.run("ansible-lint", *args, env=env, cwd=staged)


@step
def docs_lint(job: Job, args: list[str]) -> None:
    """antsibull-docs for the documentation of the plugins"""
    home, staged = venv(job, "dev"), stage(job.name)
    checks = ("--plugin-docs", "--validate-collection-refs=self", "--skip-rstcheck")
    job.run("antsibull-docs", "lint-collection-docs", *checks, *args, ".", env=environment(home), cwd=staged)


@step
def docs(job: Job, args: list[str]) -> None:
    """build the documentation site, and check its links and that it loads nothing from other hosts"""
    job.print(f"Built {build_site(job, venv(job, 'docs'), *args) / 'index.html'}")


@step
def build(job: Job, args: list[str]) -> None:
    """build and install the tarball, and check its content and its dependencies for execution environments"""
    env = environment(venv(job, "dev"))
    installed = install_built(job, env, "built")
    output = job.run("ansible-builder", "introspect", installed, env=env)
    if "requests" not in output:
        raise StepFailed("ansible-builder introspect does not list requests (meta/execution-environment.yml)")
    (tarball,) = installed.glob("*.tar.gz")
    job.print(f"Built {tarball}")


@step
def importer(job: Job, args: list[str]) -> None:
    """galaxy-importer with the checks of Galaxy and Automation Hub; warnings are errors"""
    home = venv(job, "importer")
    installed = install_built(job, environment(venv(job, "dev")), "imported")
    (tarball,) = installed.glob("*.tar.gz")
    checks = ("CHECK_REQUIRED_TAGS", "RUN_ANSIBLE_DOC", "RUN_ANSIBLE_LINT", "RUN_FLAKE8")
    env = environment(home, **{f"GALAXY_IMPORTER_{name}": "true" for name in checks})
    # It writes its result to the working directory, and exits with 0 even if it finds errors.
    output = job.run("python", "-m", "galaxy_importer.main", tarball, *args, env=env, cwd=installed)
    if "WARNING" in output or "ERROR" in output or "Importer processing completed successfully" not in output:
        raise StepFailed("galaxy-importer reported warnings or errors")


@step
def packaging(job: Job, args: list[str]) -> None:
    """tests of README, workflows and Makefile, and a test release with the commands of RELEASING.md"""
    home = venv(job, "dev")
    pytest(job, home, "tests/packaging", args)


@step
def demo(job: Job, args: list[str]) -> None:
    """run a demo playbook against the local DLI"""
    home = venv(job, "demo")
    extra = {"ANSIBLE_FORCE_COLOR": "true"} if job.echo and sys.stdout.isatty() else {}
    with local_dli.running(job, home) as variables:
        env = environment(home, ANSIBLE_COLLECTIONS_PATH=collections_path(stage(job.name)), **extra, **variables)
        job.run("ansible-playbook", "tests/demo/demo.yml", *args, env=env)
