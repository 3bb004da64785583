# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profile file of the official SDKs, ``~/.huaweicloud/credentials`` (dli-api.md 5.5). Pure: text in, values out."""

from __future__ import annotations

import configparser

from ..._errors import InputError
from ..._options import text_or_none

DEFAULT_PATH = "~/.huaweicloud/credentials"
#: DLI belongs to projects, and so does this section; ``[global]`` is for services that do not.
SECTION = "basic"
KEYS = {
    "ak": "access_key",
    "sk": "secret_key",
    "security_token": "security_token",
    "project_id": "project_id",
    "iam_endpoint": "auth_url",
}


def values(text: str, path: str) -> dict[str, str]:
    """Return what the file holds, by the names of our options.

    :raises InputError: it is no such file. The message quotes nothing of it.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        raise InputError(f"{path} is no INI file{f': look at line {line}' if line else ''}") from None
    if not parser.has_section(SECTION):
        return {}
    found = {option: text_or_none(parser.get(SECTION, key, fallback=None)) for key, option in KEYS.items()}
    return {option: value for option, value in found.items() if value}
