# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Measure the module beside other clients, print the tables, and write results.json.

Run by ``make bench``. Environment variables: BENCH_FOLDER, BENCH_INSTALLED, BENCH_BASELINE, BASELINE, ROUNDS.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import report
from cases import CASES
from environment import HERE, Bench
from results import Results

CHECKOUT = HERE.parents[1]


def git(*words: str) -> str:
    command = ["git", "-C", str(CHECKOUT), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def machine() -> str:
    """Describe the processor, its load, the memory and the operating system."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = models[0] if models else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    parts = (cpu, f"{os.cpu_count()} cores", f"{memory:.0f} GiB memory", f"{platform.system()} {platform.release()}")
    return f"{', '.join(parts)}; load average before the run: {load:.1f}"


def versions() -> str:
    names = ("ansible-core", "requests", "huaweicloudsdkdli")
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {importlib.metadata.version(name)}" for name in names)])


def new_results(rounds: int) -> Results:
    changed = " with uncommitted changes" if git("status", "--porcelain", "--", "plugins") else ""
    baseline = os.environ.get("BASELINE")
    return Results(
        rounds=rounds,
        machine=machine(),
        versions=versions(),
        revision=git("rev-parse", "--short", "HEAD") + changed,
        baseline=git("rev-parse", "--short", baseline) if baseline else "",
        date=datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the module beside other clients.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"only these cases: {', '.join(CASES)}")
    parser.add_argument("--write", action="store_true", help="update docs/performance.md and its picture")
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.cases) - set(CASES)):
        parser.error(f"unknown cases: {', '.join(unknown)}")
    if chosen.write and chosen.cases:
        parser.error("--write requires all cases")
    rounds = int(os.environ.get("ROUNDS") or 7)
    folder, baseline = Path(os.environ["BENCH_FOLDER"]), os.environ.get("BENCH_BASELINE")
    bench = Bench(folder / "run", Path(os.environ["BENCH_INSTALLED"]), Path(baseline) if baseline else None, rounds)
    found = new_results(rounds)
    for name, case in CASES.items():
        if not chosen.cases or name in chosen.cases:
            began = time.monotonic()
            found.series += case(bench)
            print(f"{name}: measured in {time.monotonic() - began:.0f} s", flush=True)
    found.save(folder / "results.json")
    print(f"\n{report.value_table(found)}\n{report.goal_table(found)}", flush=True)
    if chosen.write:
        page = CHECKOUT / "docs" / "performance.md"
        text = report.generated(found, "images/performance.svg")
        page.write_text(report.replace_generated(page.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
