# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""README.md: the Python example runs, and the layout table is complete."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_python_example_runs() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    exec(compile(example, "README.md", "exec"), {})


def test_layout_table_is_complete() -> None:
    named = set(re.findall(r"`(local_dli/[\w.]+)/?`", README))
    parts = {f"local_dli/{path.name}" for path in (PROJECT / "local_dli").iterdir() if not path.name.startswith("__")}
    assert named == parts
