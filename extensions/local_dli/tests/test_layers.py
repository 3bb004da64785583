# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Layers of the package: imports follow their order (see the docstring of the package), and none is a test library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import local_dli
import pytest

PACKAGE = Path(str(local_dli.__file__)).parent
#: A module or package may import itself and those before it.
LAYERS = ["clock", "engine", "model", "iam", "seed", "api", "testing", "instance", "server", "cli"]
#: Entry points and public names. They may import every layer.
ENTRIES = ["__init__", "__main__"]
FILES = sorted(PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Yield the layers that a file imports at run time. Imports for type checkers are ignored."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            above = path.relative_to(PACKAGE).parts[:-1]
            start = above[: len(above) - node.level + 1]
            parts = [*start, *(node.module or "").split(".")]
            yield from [item.name for item in node.names] if parts == [""] else parts[:1]


def test_every_file_has_a_layer() -> None:
    assert {layer(path) for path in FILES} == {*LAYERS, *ENTRIES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_from_layers_before_it(path: Path) -> None:
    own = layer(path)
    allowed = LAYERS if own in ENTRIES else LAYERS[: LAYERS.index(own) + 1]
    assert [name for name in imported(path) if name not in allowed] == []


def test_service_imports_no_test_library() -> None:
    script = "import sys, local_dli.cli; print(*sys.modules)"
    command = [sys.executable, "-c", script]
    completed = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in completed.stdout.split()}
    assert loaded & {"trustme", "pytest", "requests", "ansible", "ansible_collections"} == set()
    assert "local_dli.testing.network" not in completed.stdout.split()
