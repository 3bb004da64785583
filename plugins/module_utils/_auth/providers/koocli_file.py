# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration file of KooCLI, ``~/.hcloud/config.json``, which Terraform reads as well (dli-api.md 5.5)."""

from __future__ import annotations

import json
import os.path
import typing as t

from ..._errors import InputError
from ..._options import text_or_none
from ..provider import ReadFile, Values, ValueSource, read_text
from .access_key import AccessKey

DEFAULT_PATH = "~/.hcloud/config.json"
ENCRYPTED = "KooCLI encrypts the keys in its file by default. Disable it with hcloud configure set --cli-auth-encrypt=false."
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

    :arg profile: its name; :data:`None` for the current profile of the file.
    :raises InputError: the file is invalid, or the profile does not exist. The message quotes no key.
    """
    try:
        content = json.loads(text)
        profiles: dict[str, dict[str, t.Any]] = {str(item["name"]): item for item in content["profiles"]}
        wanted = profile or str(content.get("current") or "") or next(iter(profiles), "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(f"Invalid KooCLI configuration file {path}: it contains no list of profiles.") from None
    if wanted not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise InputError(f"Invalid profile: {path} has no profile {wanted!r}. Available profiles: {known}.")
    found = {option: text_or_none(profiles[wanted].get(key) or None) for key, option in KEYS.items()}
    return wanted, {option: value for option, value in found.items() if value}


def load(selected: Values, read_file: ReadFile, is_method_set: bool) -> ValueSource | None:
    path = os.path.expanduser(selected.get("shared_config_file") or DEFAULT_PATH)
    is_needed = is_method_set or bool(selected)
    text = read_text(read_file, path, is_needed)
    if text is None:
        return None
    profile, values = parse(text, path, selected.get("profile"))
    if is_needed and not any(name in values for name in AccessKey.SECRETS):
        raise InputError(
            f"Missing access key in the profile {profile} of {path}. Only profiles that contain keys are supported."
        )
    return ValueSource(f"the profile {profile} of {path}", values, ENCRYPTED)
