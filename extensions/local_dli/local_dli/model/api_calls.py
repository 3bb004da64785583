# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The names of the calls in faults, logs and permissions."""

from __future__ import annotations

from collections.abc import Iterable

# A group represents several calls.
GROUPS = {
    "create": ("create", "create_jar"),
    "delete": ("delete", "delete_one"),
    "update": ("update", "update_jar"),
    "tag": ("tags_create", "tags_delete"),
    "template": ("template_create", "template_update", "template_delete"),
    # The actions of IAM in both naming schemes (dli-api.md 1.2). Metrics, tags and templates have no action.
    "dli:jobs:startFlinkJob": ("run",),
    "dli:jobs:start": ("run",),
    "dli:jobs:stopFlinkJob": ("stop",),
    "dli:jobs:stop": ("stop",),
    "dli:jobs:delete": ("delete", "delete_one"),
    "dli:jobs:list": ("list",),
    "dli:jobs:listAll": ("list",),
    "dli:jobs:get": ("detail", "graph", "stream_graph"),
    "dli:jobs:create": ("create", "create_jar", "import"),
    "dli:jobs:update": ("update", "update_jar", "savepoint", "import_savepoint"),
    "dli:jobs:export": ("export",),
}
IAM_CALLS = frozenset(("token", "projects", "temporary_key"))
METADATA_CALLS = frozenset(("metadata_token", "metadata_key"))
DLI_CALLS = frozenset(
    ("run", "stop", "delete", "delete_one", "list", "detail", "metrics", "graph", "create", "create_jar", "update")
    + ("update_jar", "savepoint", "import_savepoint", "export", "import", "stream_graph", "tags", "tags_create", "tags_delete")
    + ("template_create", "template_update", "template_delete", "templates", "obs_authorize")
)
CALLS = DLI_CALLS | IAM_CALLS | METADATA_CALLS


def covered(call: str, names: Iterable[str]) -> bool:
    """Return whether the names contain the call or a group with the call."""
    return any(call in GROUPS.get(name, (name,)) for name in names)
