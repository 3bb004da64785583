# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials file of the official SDKs, ``~/.huaweicloud/credentials`` (dli-api.md 5.5)."""

from __future__ import annotations

import configparser
import os.path

from ..._errors import InputError
from ..._options import text_or_none
from ..provider import ReadFile, Values, ValueSource, read_text
from .access_key import AccessKey

DEFAULT_PATH = "~/.huaweicloud/credentials"
#: Section for services that belong to projects, such as DLI; ``[global]`` is for other services.
SECTION = "basic"
#: Name in the file -> option.
KEYS = {
    "ak": "access_key",
    "sk": "secret_key",
    "security_token": "security_token",
    "project_id": "project_id",
    "iam_endpoint": "auth_url",
}


def parse(text: str, path: str) -> Values:
    """Return the values of the file by option. Pure.

    :raises InputError: the file is invalid. The message quotes nothing from it.
    """
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        remedy = f" Check line {line}." if line else ""
        raise InputError(f"Invalid credentials file {path}: it is not an INI file.{remedy}") from None
    if not parser.has_section(SECTION):
        return {}
    found = {option: text_or_none(parser.get(SECTION, key, fallback=None)) for key, option in KEYS.items()}
    return {option: value for option, value in found.items() if value}


def load(selected: Values, read_file: ReadFile, is_method_set: bool) -> ValueSource | None:
    path = os.path.expanduser(selected.get("credentials_file") or DEFAULT_PATH)
    is_needed = is_method_set or bool(selected)
    text = read_text(read_file, path, is_needed)
    values = parse(text, path) if text is not None else {}
    if is_needed and not any(name in values for name in AccessKey.SECRETS):
        raise InputError(f"Missing ak and sk in {path}. Add them to the section [{SECTION}].")
    return ValueSource(path, values)
