# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the tests of the pure packages with mutants: copies of a function in which mutmut has changed one expression.

The script must be in a copy of the collection in .../ansible_collections/NAMESPACE/NAME, because mutmut derives the names of
modules from their paths. ``tests/mutants.toml`` contains the configuration and the mutants that no test can or must kill. The
script exits with 1 if any other mutant survives. Arguments: names of mutants (with wildcards) that are run again after a run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import tomllib

COLLECTION = Path(__file__).absolute().parents[1]
LIST = COLLECTION / "tests" / "mutants.toml"
KILLED = ("killed", "timeout")


def explained() -> set[tuple[str, str, str]]:
    """Return file, function and changed lines of each mutant in the list."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["explained"]
    return {(entry["file"], entry["function"], lines.strip()) for entry in entries for lines in entry["mutants"]}


def mutmut(*arguments: str) -> list[str]:
    """Return the lines that a command of mutmut prints."""
    command = ["mutmut", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.splitlines()


def identify(name: str) -> tuple[str, str, str]:
    """Return a mutant in the form of the list; its name is ``MODULE.xǁCLASSǁFUNCTION__mutmut_1`` or ``MODULE.x_FUNCTION...``."""
    module, _dot, mangled = name.partition(".module_utils.")[2].rpartition(".")
    function = mangled.partition("__mutmut_")[0].removeprefix("x").removeprefix("_").strip("ǁ").replace("ǁ", ".")
    # The first lines are a heading, two lines with the file, and the position.
    diff = [f"{line[0]} {line[1:].strip()}" for line in mutmut("show", name)[4:] if line.startswith(("-", "+"))]
    return f"{module.replace('.', '/')}.py", function, "\n".join(diff)


def report() -> bool:
    """Print the counts of each package and the mutants that survive. Return whether all of them are explained."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    known, surviving = explained(), set()
    for line in mutmut("results", "--all", "true"):
        name, status = line.strip().rsplit(": ", 1)
        counts[name.partition(".module_utils.")[2].partition(".")[0]][status] += 1
        if status not in KILLED:
            mutant = identify(name)
            surviving.add(mutant)
            print(f"{status}{', explained' if mutant in known else ''}: {' '.join(mutant[:2])} ({name})\n{mutant[2]}\n")
    for package, count in [*sorted(counts.items()), ("total", sum(counts.values(), Counter()))]:
        share = sum(count[status] for status in KILLED) / count.total()
        print(f"{package}: {share:.1%} killed, {', '.join(f'{number} {status}' for status, number in count.most_common())}")
    print(f"{len(surviving - known)} mutants survive and are not in {LIST.relative_to(COLLECTION)}.")
    print(f"{len(known - surviving)} mutants in this file do not survive or do not exist.")
    return surviving <= known


def main(names: list[str]) -> int:
    os.chdir(COLLECTION.parents[2])
    shutil.copy(LIST, "pyproject.toml")
    if not names:
        shutil.rmtree("mutants", ignore_errors=True)
    # Mutants that survive the unit tests run with the property tests, so these use few scenarios.
    os.environ.setdefault("PROPERTY_SCENARIOS", "100")
    subprocess.run(["mutmut", "run", "--max-children", os.environ.get("JOBS") or "1", *names], check=True)
    return 0 if report() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
