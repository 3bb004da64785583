# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of KooCLI, ``~/.hcloud/config.json``, which Terraform shares (dli-api.md 5.5)."""

from __future__ import annotations

import json
import os.path
import typing as t

from ..._errors import InputError
from ..._options import text_or_none
from ..provider import ProfileFile, ReadFile, Values, ValueSource, read_text
from .access_key import AccessKey

DEFAULT_PATH = "~/.hcloud/config.json"
ENCRYPTED = "KooCLI encrypts the keys in its file unless told otherwise (hcloud configure set --cli-auth-encrypt=false)."
#: Name in the file -> option.
KEYS = {
    "accessKeyId": "access_key",
    "secretAccessKey": "secret_key",
    "securityToken": "security_token",
    "projectId": "project_id",
    "region": "region",
    "agencyName": "agency_name",
    "agencyDomainName": "agency_domain_name",
    "agencyDomainId": "agency_domain_id",
}


def parse(text: str, path: str, profile: str | None) -> tuple[str, Values]:
    """Return the name of a profile and its values by option. Pure.

    :arg profile: its name; :data:`None` for the one that the file calls current.
    :raises InputError: it is no such file, or has no such profile. The message quotes no key.
    """
    try:
        content = json.loads(text)
        profiles: dict[str, dict[str, t.Any]] = {str(item["name"]): item for item in content["profiles"]}
        wanted = profile or str(content.get("current") or "") or next(iter(profiles), "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(f"{path} is no configuration file of KooCLI: it holds no list of profiles") from None
    if wanted not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise InputError(f"{path} has no profile {wanted!r}: it has {known}")
    found = {option: text_or_none(profiles[wanted].get(key) or None) for key, option in KEYS.items()}
    return wanted, {option: value for option, value in found.items() if value}


def load(named: Values, read_file: ReadFile, is_chosen: bool) -> ValueSource | None:
    path = os.path.expanduser(named.get("shared_config_file") or DEFAULT_PATH)
    is_needed = is_chosen or bool(named)
    text = read_text(read_file, path, is_needed)
    if text is None:
        return None
    profile, values = parse(text, path, named.get("profile"))
    if is_needed and not any(name in values for name in AccessKey.SECRETS):
        raise InputError(f"the profile {profile} of {path} holds no access key: only profiles with keys can be used")
    return ValueSource(f"the profile {profile} of {path}", values, ENCRYPTED)


FILE = ProfileFile("hcloud", ("profile", "shared_config_file"), load)
