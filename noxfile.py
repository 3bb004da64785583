# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sessions of development. ``make help`` lists them; ``make NAME`` runs one.

``make test``, ``make matrix`` and ``make full`` run the sessions with these tags in parallel. The sessions ``env-*`` create
venvs from the pinned requirements; other sessions require them and use their programs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "scripts"))

import collection_tree  # noqa: E402 - the directory is added to the path above
import docs_site  # noqa: E402
from ansible_test import ansible_test  # noqa: E402
from awx_collection import awx_collection  # noqa: E402

# The directory of venvs, reports and temporary files; another clone can use it, too.
WORK = Path(os.environ.get("NOX_ENVDIR") or ROOT / ".nox").absolute()
LOCAL_DLI = ROOT / "extensions" / "local_dli"
# Supported versions of ansible-core (meta/runtime.yml) -> the Python versions that they run on, oldest first.
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.17": ("3.10", "3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
    "2.22": ("3.13", "3.14"),
}
# The next version is a release candidate. Galaxy and the users have the newest release.
OLDEST, MIDDLE, NEWEST, NEXT = "2.16", "2.19", "2.21", "2.22"
#: Versions of ansible-rulebook -> the ansible-core beside it, and the Python versions that both run on, oldest first.
RULEBOOK_VERSIONS = {
    "1.1.7": ("2.16", ("3.10", "3.11", "3.12")),
    "1.3.2": (NEWEST, ("3.12", "3.13")),
}
# Variables of the developer's shell that must not reach the tests, such as the keys of a real account.
FOREIGN = re.compile(r"(ANSIBLE|E2E|EDA|HW|HUAWEICLOUD|OS|PYTEST)_.*|COVERAGE_.*|VIRTUAL_ENV|PYTHON(PATH|HOME|DONTWRITEBYTECODE)")


def prepare_environment() -> None:
    """Change the environment of all sessions: no variables that could change results, and all Pythons on PATH."""
    for name in filter(FOREIGN.fullmatch, list(os.environ)):
        del os.environ[name]
    # Shims of version managers exist for all versions, and fail for those that are not active.
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(folder).name != "shims"]
    pythons = sorted(map(str, pyenv.glob("versions/3.*/bin")), reverse=True)
    WORK.mkdir(parents=True, exist_ok=True)
    config = WORK / "ansible.cfg"
    config.touch()
    loopback = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1", "localhost")))
    os.environ.update(
        PATH=os.pathsep.join(dict.fromkeys((*folders, *pythons))),
        NO_PROXY=loopback,
        no_proxy=loopback,
        NO_COLOR="1",
        # Without it, Python orders sets of strings differently in each process.
        PYTHONHASHSEED=os.environ.get("SEED") or "0",
        ANSIBLE_CONFIG=str(config),
        ANSIBLE_HOME=str(WORK / "ansible-home"),
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        ANSIBLE_LOCALHOST_WARNING="false",
        HYPOTHESIS_STORAGE_DIRECTORY=str(WORK / "hypothesis"),
        # By default uv does not compile modules, and every start of Ansible would compile them again (0.8 s).
        UV_COMPILE_BYTECODE="1",
        UV_PYTHON_DOWNLOADS="never",
        UV_NO_PROGRESS="1",
    )


prepare_environment()
nox.options.envdir = WORK
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "unit"]

#: Available target versions of Python, oldest first.
PYTHONS = [version for version in ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14") if shutil.which(f"python{version}")]


def first_python(versions: tuple[str, ...]) -> str:
    """Return the first version that is available; if none is, nox reports the first one as missing."""
    return next((version for version in versions if version in PYTHONS), versions[0])


# Environments

#: In order of preference: first the version that the newest and the oldest supported ansible-core share.
PYTHON = first_python(("3.12", "3.13", "3.14", "3.11"))


def add_environment(name: str, requirements: str, python: str = PYTHON) -> None:
    """Add a session that installs the pinned packages of a file in ``requirements/``, and removes all others."""

    @nox.session(name=f"env-{name}", python=python, default=False)
    def environment(session: nox.Session) -> None:
        """a venv with the packages in requirements"""
        session.install("--quiet", "--exact", "--require-hashes", "-r", f"requirements/{requirements}.txt")


for _name in ("dev", "docs", "importer", "demo", "mutants", "bench"):
    add_environment(_name, _name)
for _core in CORES:
    if _core != NEWEST:
        add_environment(f"core-{_core}", f"core-{_core}", first_python(CORES[_core]))
for _rulebook, (_core, _pythons) in RULEBOOK_VERSIONS.items():
    add_environment(f"eda-{_rulebook}", f"eda-{_rulebook}", first_python(_pythons))
for _version in PYTHONS:
    add_environment(f"target-{_version}", "target", _version)


@nox.session(name="env-bare", python=PYTHON, default=False)
def env_bare(session: nox.Session) -> None:
    """a Python without packages, for the tests of a missing library"""


def home(name: str) -> Path:
    """Return the directory of the venv of a session ``env-*``, in which nox replaces periods."""
    return WORK / f"env-{name}".replace(".", "-")


def core_environment(core: str) -> str:
    return "dev" if core == NEWEST else f"core-{core}"


def check(*environments: str, tag: str = "", name: str | None = None) -> Callable[[Callable[[nox.Session], None]], object]:
    """Return the decorator of a session that uses programs of these environments and has no venv."""
    return nox.session(
        venv_backend="none",
        allow_parallel=True,
        requires=[f"env-{environment}" for environment in environments],
        tags=[tag] if tag else None,
        name=name,
        default=False,
    )


def run(
    session: nox.Session,
    environment: str,
    *command: str | Path,
    silent: bool = False,
    env: Mapping[str, str | Path] | None = None,
) -> str:
    """Run a program of an environment.

    :arg silent: whether to return the output, which is displayed at the end; otherwise it is displayed immediately.
    """
    program = home(environment) / "bin" / command[0]
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, **{key: str(value) for key, value in (env or {}).items()}}
    output = session.run(program, *command[1:], env=variables, external=True, silent=silent)
    if silent:
        print(output, end="", flush=True)
    return str(output)


def pytest(session: nox.Session, environment: str, *arguments: str | Path, **variables: str | Path) -> None:
    """Run pytest with a report, whose counts ``scripts/check.py`` adds. Paths in the arguments replace the default paths.

    With ``SEED=NUMBER``, the tests of a file and the files run in a random order.
    """
    chosen = [word for word in session.posargs if word.startswith(("tests/", "extensions/"))]
    defaults = [word for word in arguments if not (chosen and str(word).startswith(("tests/", "extensions/")))]
    # One report per environment, because a session may run pytest several times.
    file = WORK / "reports" / session.name / f"{environment}.xml"
    settings = ["-q", "-p", "no:cacheprovider", f"--junitxml={file}"]
    # The venvs of target versions contain no plugins of pytest.
    if os.environ.get("SEED") and environment == "dev":
        settings += ["--random-order-bucket=module", f"--random-order-seed={os.environ['SEED']}"]
    run(session, environment, "python", "-m", "pytest", *settings, *defaults, *session.posargs, env=variables)


# Checks of make test, the longest ones first


def end_to_end(session: nox.Session, core: str, targets: list[str], *arguments: str) -> None:
    """Run tests with the Ansible of an environment and the built collection. Modules also run on the target versions."""
    environment = core_environment(core)
    installed = collection_tree.install_built(session, home(environment), WORK / "installed" / session.name)
    interpreters = {"controller": home(environment), "without_requests": home("bare")}
    interpreters.update((version, home(f"target-{version}")) for version in targets)
    variables: dict[str, str | Path] = {
        "ANSIBLE_COLLECTIONS_PATH": installed,
        "E2E_AWX": awx_collection(session, home("dev"), WORK),
        "E2E_BIN": home(environment) / "bin",
        "E2E_COLLECTIONS": installed,
        "E2E_PYTHONS": json.dumps({name: str(path / "bin" / "python") for name, path in interpreters.items()}),
    }
    # All tests of a file run in one process, so its module fixtures are created once.
    pytest(session, "dev", "-n", "2", "--dist", "loadfile", *arguments, **variables)


#: Environments of end-to-end tests with the newest ansible-core, whose modules also run on the oldest target version of Python.
END_TO_END = ("dev", "bare", *[f"target-{version}" for version in PYTHONS[:1]])


@check(*END_TO_END, tag="test")
def smoke(session: nox.Session) -> None:
    """the most important end-to-end tests, with Ansible, the built collection and the local DLI"""
    end_to_end(session, NEWEST, PYTHONS[:1], "tests/e2e", "-m", "smoke")


def add_event_driven(name: str, version: str, tag: str) -> None:
    environment = f"eda-{version}"

    @check("dev", environment, tag=tag, name=name)
    def event_driven(session: nox.Session) -> None:
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            session.skip("Not run: ansible-rulebook requires Java. Install openjdk-17-jre-headless or set JAVA_HOME.")
        installed = collection_tree.install_built(session, home(environment), WORK / "installed" / session.name)
        variables: dict[str, str | Path] = {"EDA_BIN": home(environment) / "bin", "EDA_COLLECTIONS": installed}
        pytest(session, "dev", "tests/eda", "-n", "2", **variables)

    event_driven.__doc__ = f"the event source and the rulebooks with ansible-rulebook {version} (requires Java)"


@check("dev", tag="test")
def sanity(session: nox.Session) -> None:
    """ansible-test sanity with the newest ansible-core, without pylint, which takes longer than all others together"""
    ansible_test(session, home("dev"), "sanity", *(session.posargs or ("--skip-test", "pylint")))


# The oldest supported version is tested by make matrix.
add_event_driven("eda", "1.3.2", "test")
add_event_driven("eda-1.1.7", "1.1.7", "matrix")


@check("dev", tag="test")
def unit(session: nox.Session) -> None:
    """unit tests with line and branch coverage of the plugins, at least 95 % (no coverage with arguments)"""
    coverage = () if session.posargs else ("--cov", f"--cov-report=html:{WORK / 'coverage'}", "--cov-report=term")
    pytest(session, "dev", "tests/unit", *coverage, COVERAGE_FILE=WORK / "coverage.data")


@check("dev", tag="test", name="property")
def property_(session: nox.Session) -> None:
    """property-based tests: scenarios with faults and other clients, compared with the ledger (N=: scenarios)"""
    pytest(session, "dev", "tests/property", PROPERTY_SCENARIOS=os.environ.get("N") or "300")


@check("dev", tag="test")
def functional(session: nox.Session) -> None:
    """complete modules in one process with the local DLI"""
    pytest(session, "dev", "tests/functional", "-n", "3", "--dist", "worksteal")


@check("dev", tag="test")
def localdli(session: nox.Session) -> None:
    """tests of the local DLI"""
    pytest(session, "dev", "extensions/local_dli/tests")


@check("dev", tag="test", name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """ansible-lint, production profile"""
    tree = collection_tree.stage(session)
    path = f"{collection_tree.collections_path(tree)}{os.pathsep}{awx_collection(session, home('dev'), WORK)}"
    with session.chdir(tree):
        run(session, "dev", "ansible-lint", *session.posargs, env={"ANSIBLE_COLLECTIONS_PATH": path})


@check("docs", tag="test")
def docs(session: nox.Session) -> None:
    """build the documentation site, and check its links and that it loads nothing from other hosts"""
    built = docs_site.build(session, home("docs"), collection_tree.stage(session), WORK / "site")
    print(f"Built {built / 'index.html'}")


@check("dev", tag="test")
def packaging(session: nox.Session) -> None:
    """build and install the tarball; tests of its metadata, of README and Makefile, and a test release (RELEASING.md)"""
    installed = collection_tree.install_built(session, home("dev"), WORK / "installed" / session.name)
    if "requests" not in run(session, "dev", "ansible-builder", "introspect", installed, silent=True):
        session.error("ansible-builder introspect does not list requests (meta/execution-environment.yml)")
    pytest(session, "dev", "tests/packaging", NOX_ENVDIR=WORK)


@check("dev", tag="test")
def types(session: nox.Session) -> None:
    """mypy in strict mode for the plugins, the local DLI and the scripts"""
    tree = collection_tree.stage(session)
    plugins = ".".join(("ansible_collections", *collection_tree.NAME, "plugins"))
    mypy = ("mypy", f"--config-file={ROOT / 'mypy.ini'}", f"--cache-dir={WORK / 'mypy'}", *session.posargs)
    with session.chdir(tree):
        run(session, "dev", *mypy, "-p", plugins, env={"MYPYPATH": collection_tree.collections_path(tree)})
        run(session, "dev", *mypy, "extensions/eda/plugins/event_source/dli_streaming_jobs.py")
    run(session, "dev", *mypy, "-p", "local_dli", env={"MYPYPATH": LOCAL_DLI})
    run(session, "dev", *mypy, "scripts/demo.py", env={"MYPYPATH": LOCAL_DLI})
    # The other scripts use nox, which is installed for the current Python only.
    settings = ("--python-version=3.11", f"--python-executable={sys.executable}")
    files = [path for path in sorted(ROOT.glob("scripts/*.py")) if path.name != "demo.py"]
    run(session, "dev", *mypy, *settings, "noxfile.py", *files, env={"MYPYPATH": ROOT / "scripts"})


@check("dev", tag="test")
def lint(session: nox.Session) -> None:
    """linters for code, imports, words, changelog, licenses, workflows and plugin documentation (arguments: ruff only)"""
    ruff = ("ruff", "check", "--output-format=concise", f"--cache-dir={WORK / 'ruff'}")
    run(session, "dev", *ruff, *(session.posargs or ["."]))
    if session.posargs:
        return
    tree = collection_tree.stage(session)
    path = f"{collection_tree.collections_path(tree)}{os.pathsep}{LOCAL_DLI}"
    cache = ("--no-logo", "--cache-dir", WORK / "import-linter")
    run(session, "dev", "lint-imports", "--config", ROOT / ".importlinter", *cache, env={"PYTHONPATH": path})
    run(session, "dev", "python", "scripts/words.py")
    run(session, "dev", "antsibull-changelog", "lint")
    run(session, "dev", "reuse", "lint", "--quiet")
    schema = ("check-jsonschema", "--quiet", "--builtin-schema")
    run(session, "dev", *schema, "vendor.github-workflows", *sorted(ROOT.glob(".github/workflows/*.yml")))
    run(session, "dev", *schema, "vendor.dependabot", ".github/dependabot.yml")
    run(session, "dev", "zizmor", "--offline", "--quiet", ".github")
    with session.chdir(tree):
        checks = ("--plugin-docs", "--validate-collection-refs=self", "--skip-rstcheck")
        run(session, "dev", "antsibull-docs", "lint-collection-docs", *checks, ".")


@check("demo", tag="test")
def demo(session: nox.Session) -> None:
    """run a demo playbook against the local DLI"""
    path = collection_tree.collections_path(collection_tree.stage(session))
    env: dict[str, str | Path] = {"ANSIBLE_COLLECTIONS_PATH": path, "PYTHONPATH": LOCAL_DLI}
    if sys.stdout.isatty():
        env["ANSIBLE_FORCE_COLOR"] = "true"
    run(session, "demo", "python", "scripts/demo.py", "ansible-playbook", "tests/demo/demo.yml", *session.posargs, env=env)


# Checks of make matrix: other versions of ansible-core and Python, and those that take longer. The longest ones are first.


@check(*END_TO_END, tag="matrix")
def e2e(session: nox.Session) -> None:
    """all other end-to-end tests (with arguments: of all end-to-end tests, those that they select)"""
    selection = ("tests/e2e", *(() if session.posargs else ("-m", "not smoke")))
    end_to_end(session, NEWEST, PYTHONS[:1], *selection, "--ignore-glob=*/test_awx_*")


@check(*END_TO_END, tag="matrix")
def awx(session: nox.Session) -> None:
    """end-to-end tests of the content for AWX, with its rules for surveys and a fake of its API"""
    tests = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/e2e/test_awx_*.py"))
    end_to_end(session, NEWEST, PYTHONS[:1], *tests)


@check("dev", tag="matrix")
def pylint(session: nox.Session) -> None:
    """the sanity test pylint with the newest ansible-core"""
    ansible_test(session, home("dev"), "sanity", "--test", "pylint", *session.posargs)


def targets(core: str) -> list[str]:
    """Return the available target versions of Python, oldest first, up to the newest that ansible-core itself supports."""
    newest = int(CORES[core][-1].partition(".")[2])
    return [version for version in PYTHONS if int(version.partition(".")[2]) <= newest]


def add_sanity(core: str, tag: str, *arguments: str) -> None:
    @check(core_environment(core), tag=tag, name=f"sanity-{core}")
    def sanity_of_core(session: nox.Session) -> None:
        ansible_test(session, home(core_environment(core)), "sanity", *(session.posargs or arguments))

    del sanity_of_core


def add_units(core: str, tag: str) -> None:
    supported = targets(core)
    versions = list(dict.fromkeys((supported[0], supported[-1])))

    @check(core_environment(core), *[f"target-{version}" for version in versions], tag=tag, name=f"unit-{core}")
    def units_of_core(session: nox.Session) -> None:
        # A new ansible-core cannot be installed on most target versions of Python. Modules do not need it there, because
        # Ansible transfers them together with their imports. For the tests, its package is added to PYTHONPATH.
        (package,) = home(core_environment(core)).glob("lib/python3*/site-packages/ansible")
        linked = WORK / "linked" / core
        linked.mkdir(parents=True, exist_ok=True)
        (linked / "ansible").unlink(missing_ok=True)
        (linked / "ansible").symlink_to(package)
        for version in versions:
            pytest(session, f"target-{version}", "tests/unit", PYTHONPATH=linked)

    del units_of_core


def add_end_to_end(name: str, core: str, tag: str, *arguments: str) -> None:
    needed = {core_environment(core), "dev", "bare", *[f"target-{version}" for version in targets(core)]}

    @check(*sorted(needed), tag=tag, name=f"{name}-{core}")
    def end_to_end_of_core(session: nox.Session) -> None:
        end_to_end(session, core, targets(core), *arguments)

    del end_to_end_of_core


for _core in (OLDEST, MIDDLE, NEXT):
    add_end_to_end("smoke", _core, "matrix", "tests/e2e", "-m", "smoke")
for _core in (OLDEST, NEWEST, NEXT):
    add_units(_core, "matrix")
add_sanity(NEXT, "matrix", "--skip-test", "pylint")


@check("dev", tag="matrix")
def integration(session: nox.Session) -> None:
    """ansible-test integration with the newest ansible-core, against the local DLI (arguments: targets)"""
    # ansible-test drops arguments after --venv when it restarts itself in the venv.
    ansible_test(session, home("dev"), "integration", *session.posargs, "--venv")


@check("dev", "importer", tag="matrix")
def importer(session: nox.Session) -> None:
    """galaxy-importer with the checks of Galaxy and Automation Hub; warnings are errors"""
    installed = collection_tree.install_built(session, home("dev"), WORK / "installed" / session.name)
    (tarball,) = installed.glob("*.tar.gz")
    checks = ("CHECK_REQUIRED_TAGS", "RUN_ANSIBLE_DOC", "RUN_ANSIBLE_LINT", "RUN_FLAKE8")
    settings = {f"GALAXY_IMPORTER_{name}": "true" for name in checks}
    # It writes its result to the working directory, and exits with 0 even if it finds errors.
    with session.chdir(installed):
        program = ("python", "-m", "galaxy_importer.main", tarball)
        output = run(session, "importer", *program, *session.posargs, silent=True, env=settings)
    if "WARNING" in output or "ERROR" in output or "Importer processing completed successfully" not in output:
        session.error("galaxy-importer reported warnings or errors")


# Checks of make full: all end-to-end and functional tests with Ansible, and all versions of ansible-core

for _core in (OLDEST, MIDDLE, NEWEST):
    add_end_to_end("e2e", _core, "full", "tests/e2e", "tests/functional")
for _core in CORES:
    if _core not in (NEWEST, NEXT):
        add_sanity(_core, "full")
    if _core not in (OLDEST, NEWEST, NEXT):
        add_units(_core, "full")


# Sessions that are not checks


@check("demo")
def dli(session: nox.Session) -> None:
    """start the local DLI in the foreground; stop it with Ctrl-C (PORT=)"""
    port = ("--port", os.environ["PORT"]) if os.environ.get("PORT") else ()
    run(session, "demo", "python", LOCAL_DLI, *port, *session.posargs)


@check("dev")
def explore(session: nox.Session) -> None:
    """property-based tests with other random scenarios in each run (N=: scenarios, default 10000)"""
    tests = ("tests/property", "tests/unit/plugins/module_utils/_auth")
    pytest(session, "dev", *tests, PROPERTY_SCENARIOS=os.environ.get("N") or "10000", PROPERTY_EXPLORE="1")


@check("dev", "bench")
def bench(session: nox.Session) -> None:
    """measure the module beside other clients (ROUNDS=; BASELINE=: another revision; ARGS: cases, or --write for the page)"""
    folder, installed, baseline = WORK / "bench", WORK / "installed" / "bench", os.environ.get("BASELINE")
    env: dict[str, str | Path] = {
        "BENCH_FOLDER": folder,
        "BENCH_INSTALLED": collection_tree.install_built(session, home("dev"), installed),
        "PYTHONPATH": LOCAL_DLI,
    }
    if baseline:
        target = WORK / "installed" / "bench-baseline"
        env["BENCH_BASELINE"] = collection_tree.install_revision(session, home("dev"), target, baseline)
    run(session, "dev", "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/bench")
    run(session, "dev", "python", "tests/bench", *session.posargs, env=env)
    if "--write" in session.posargs:
        picture = ROOT / "docs" / "images" / "performance.svg"
        run(session, "bench", "python", "tests/bench/plot.py", folder / "results.json", picture)


@check("mutants")
def mutants(session: nox.Session) -> None:
    """mutation tests of the pure packages, about an hour (JOBS=: processes; arguments: mutants to run again)"""
    tree = collection_tree.stage(session)
    run(session, "mutants", "python", tree / "scripts" / "mutants.py", *session.posargs)


@check("dev", name="run")
def run_command(session: nox.Session) -> None:
    """run a command with the current collection, for example ARGS='ansible-doc -l huaweicloud.cloud'"""
    path = collection_tree.collections_path(collection_tree.stage(session))
    run(session, "dev", *(session.posargs or ["ansible", "--version"]), env={"ANSIBLE_COLLECTIONS_PATH": path})


@check("dev")
def tarball(session: nox.Session) -> None:
    """build the tarball of a release in the checkout; ARGS=VERSION, the version in galaxy.yml and the changelog"""
    if len(session.posargs) != 1:
        session.error("Specify the version: make tarball ARGS=VERSION")
    (version,) = session.posargs
    if any((ROOT / "changelogs" / "fragments").glob("*.y*ml")):
        session.error("changelogs/fragments contains fragments that are not released. Run antsibull-changelog release first.")
    if f"\nv{version}\n" not in (ROOT / "CHANGELOG.rst").read_text(encoding="utf-8"):
        session.error(f"CHANGELOG.rst has no section for version {version}.")
    installed = collection_tree.install_built(session, home("dev"), WORK / "installed" / session.name)
    built = installed / f"{'-'.join((*collection_tree.NAME, version))}.tar.gz"
    if not built.exists():
        session.error(f"The version in galaxy.yml is not {version}.")
    shutil.copy(built, ROOT)


@nox.session(venv_backend="none", default=False)
def lock(session: nox.Session) -> None:
    """update all pins in requirements/*.txt; with ARGS="dev importer" only add missing pins in these files"""
    # The oldest Python version of each file. Unlike the lock file of uv, this format contains no address of a package index.
    oldest = {**dict.fromkeys(("nox", "demo", "dev", "docs", "importer", "mutants", "bench"), "3.11"), "target": "3.9"}
    oldest.update((f"core-{core}", pythons[0]) for core, pythons in CORES.items() if core != NEWEST)
    oldest.update((f"eda-{version}", pythons[0]) for version, (_core, pythons) in RULEBOOK_VERSIONS.items())
    upgrade = () if session.posargs else ("--upgrade",)
    options = ("--quiet", "--universal", *upgrade, "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links")
    for name in session.posargs or oldest:
        source, _dash, version = name.partition("-")
        core, more = (RULEBOOK_VERSIONS[version][0], f"ansible-rulebook=={version}\n") if source == "eda" else (version, "")
        # uv reads constraints from a file. Annotations are disabled, because they would contain its path.
        constraint = Path(session.create_tmp()) / "constraint.txt"
        constraint.write_text(f"ansible-core=={core}.*,>={core}.0rc1\n{more}" if core else "", encoding="utf-8")
        narrowed = ("--constraint", constraint, "--no-annotate") if core else ()
        files = (f"requirements/{source}.in", "--output-file", f"requirements/{name}.txt")
        command = (Path(sys.executable).with_name("uv"), "pip", "compile", *options, *narrowed, "--python-version", oldest[name])
        session.run(*command, "--custom-compile-command", "make lock", *files, external=True)
