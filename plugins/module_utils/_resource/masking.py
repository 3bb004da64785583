# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masks secrets in the settings of a job, such as the password of a connector in SQL, for a text that is displayed. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

MASK = "********"
#: Parts of the names of options of Flink connectors, formats and file systems whose values are secret: 'password',
#: 'connector.password', 'properties.sasl.jaas.config', 'fs.s3a.access.key', 'aws.credentials.basic.secretkey'.
_WORD = r"(?:passw(?:or)?d|passphrase|secret|token|credential|jaas|(?:access|api|private|account)[._-]?key)"
_NAME = rf"[\w.-]*{_WORD}[\w.-]*"
#: 'name' = 'value' in SQL; a quotation mark in a value is doubled.
_SQL = re.compile(rf"('{_NAME}'\s*=\s*')(?:[^']|'')*(')", re.IGNORECASE)
#: "name": "value" in JSON.
_JSON = re.compile(rf'("{_NAME}"\s*:\s*")(?:[^"\\]|\\.)*(")', re.IGNORECASE)
#: name=value in arguments and properties, up to a space.
_ARGUMENT = re.compile(rf"(?<![\w'\"])({_NAME}\s*[=:]\s*)[^\s'\"]+()", re.IGNORECASE)
#: The user information of a URL.
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/@:']*:)[^\s/@']+(@)", re.IGNORECASE)
_IS_SECRET = re.compile(_NAME, re.IGNORECASE)


def mask(value: t.Any, name: str = "") -> t.Any:
    """Return a setting with all secrets replaced.

    :arg name: name of the setting or of a member; if it is the name of a secret, its value is replaced as a whole.
    """
    if isinstance(value, Mapping):
        return {key: mask(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(item, name) for item in value]
    if not isinstance(value, str):
        return value
    if value and _IS_SECRET.fullmatch(name):
        return MASK
    for pattern in (_SQL, _JSON, _ARGUMENT, _URL):
        value = pattern.sub(rf"\g<1>{MASK}\g<2>", value)
    return value
