# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Let plain pytest import the collection from a checkout at any path.

Plugins are imported as ``ansible_collections.NAMESPACE.NAME.plugins...``. ansible-test brings a loader for such names;
plain pytest has none, so the packages are made here, with the checkout as the place where the last one is found.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def _collection_name() -> str:
    galaxy = (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8")
    namespace, name = (re.search(rf"(?m)^{key}: (\S+)$", galaxy) for key in ("namespace", "name"))
    if namespace is None or name is None:
        raise RuntimeError("galaxy.yml names no namespace or no name")
    return f"ansible_collections.{namespace[1]}.{name[1]}"


def _importable(package: str) -> bool:
    """Whether a loader answers already, as it does under ansible-test."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _register(package: str) -> None:
    parts = package.split(".")
    for depth in range(1, len(parts) + 1):
        spec = ModuleSpec(".".join(parts[:depth]), loader=None, is_package=True)
        spec.submodule_search_locations = [str(CHECKOUT)] if depth == len(parts) else []
        sys.modules[spec.name] = importlib.util.module_from_spec(spec)


if not _importable(_collection_name()):
    _register(_collection_name())
