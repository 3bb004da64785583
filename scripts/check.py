# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the sessions with these tags or names in parallel, and print the durations and the counts of tests.

``python scripts/check.py test matrix``. nox itself runs the sessions; this file adds a line every 20 seconds that shows that
the run continues, and the counts of all tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree

TAGS = {"test", "matrix", "full"}
WORK = Path(os.environ.get("NOX_ENVDIR") or ".nox")
HEARTBEAT = 20.0


def main(words: list[str]) -> int:
    reports, summary = WORK / "reports", WORK / "report.json"
    shutil.rmtree(reports, ignore_errors=True)
    summary.unlink(missing_ok=True)
    start = time.monotonic()
    selected = ["--tags", *words] if set(words) <= TAGS else ["--sessions", *words]
    # One more than the cores, because many tests wait; at most three, because some sessions use several processes.
    jobs = os.environ.get("JOBS") or str(min(3, (os.cpu_count() or 1) + 1))
    command = [sys.executable, "-m", "nox", "--parallel", jobs, "--report", str(summary), *selected]
    ended = threading.Event()
    if not sys.stdout.isatty():  # nox displays a status on a terminal
        threading.Thread(target=show_progress, args=(start, ended), daemon=True).start()
    with subprocess.Popen(command) as nox:
        try:
            code = nox.wait()
        except KeyboardInterrupt:
            code = nox.wait()  # nox receives the same signal from the terminal, and stops its sessions
    ended.set()
    if not summary.exists():
        return code or 1
    return print_table(json.loads(summary.read_text(encoding="utf-8"))["sessions"], reports, time.monotonic() - start) or code


def show_progress(start: float, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT):
        print(f"[{time.monotonic() - start:.0f} s] running", flush=True)


def print_table(sessions: list[dict[str, object]], reports: Path, seconds: float) -> int:
    """Print a row for each session, and the totals in the last line. Return 1 if a test or a session failed."""
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    print(f"\n{'session':20}{'result':>10}{'seconds':>9}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for session in sessions:
        name, result = str(session["name"]), str(session["result"])
        counts = count(reports, name) or {"passed": 1, "failed": 0, "skipped": 0}
        if result != "success" and not counts["failed"]:
            # No test failed, but the session did; nox skips a session if its version of Python is missing.
            counts = {"passed": 0, "failed": 0, "skipped": 1} if result == "skipped" else {**counts, "passed": 0, "failed": 1}
        if name.startswith("env-") and result == "success":
            continue
        for key in totals:
            totals[key] += counts[key]
        columns = f"{counts['passed']:8}{counts['failed']:8}{counts['skipped']:9}"
        print(f"{name:20}{result:>10}{float(str(session.get('duration') or 0)):9.0f}{columns}")
    print(f"\nTotal: {seconds:.0f} s. A session without pytest counts as one test.")
    skipped = f", {totals['skipped']} skipped" if totals["skipped"] else ""
    print(f"{totals['passed']} passed, {totals['failed']} failed{skipped}", flush=True)
    return 1 if totals["failed"] else 0


def count(reports: Path, session: str) -> dict[str, int] | None:
    """Return the sums of the JUnit reports of a session, or None if it does not run pytest."""
    files = list((reports / session).glob("*.xml"))
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for suite in (suite for file in files for suite in ElementTree.parse(file).iter("testsuite")):
        tests, failures, errors, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
        counts["passed"] += tests - failures - errors - skipped
        counts["failed"] += failures + errors
        counts["skipped"] += skipped
    return counts if files else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
