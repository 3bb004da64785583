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
_PART = r"(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|authorization|jaas|(?:access|api|private|account)[._-]?key)"
#: These are secret only as the last part of a name: 'db.pass', 'obs.ak'.
_NAME = rf"(?:[\w.-]*{_PART}[\w.-]*|(?:[\w-]+\.)*(?:pass|ak|sk))"
#: Spaces and comments in SQL.
_GAP = r"(?:\s|/\*.*?\*/|--[^\n]*\n)*"
#: 'name' = 'value' in SQL, also with other quotation marks; a quotation mark in a value is doubled.
_SQL = re.compile(
    rf"""((['"`]){_NAME}\2{_GAP}={_GAP}(?:U&|N)?)(?:'(?:[^']|'')*'|"(?:[^"]|"")*")""", re.IGNORECASE | re.DOTALL
)  # fmt: skip
#: "name": "value" in JSON.
_JSON = re.compile(rf'("{_NAME}"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
#: name=value in arguments, properties and comments.
_ARGUMENT = re.compile(rf"""(?<![\w'"])({_NAME}\s*[=:]\s*)(?:'[^']*'|"[^"]*"|[^\s'";,]+)""", re.IGNORECASE)
#: The user information of a URL.
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/@:']*:)[^\s/@']+(?=@)", re.IGNORECASE)
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
    for pattern, mask_text in ((_SQL, f"'{MASK}'"), (_JSON, f'"{MASK}"'), (_ARGUMENT, MASK), (_URL, MASK)):
        value = pattern.sub(rf"\g<1>{mask_text}", value)
    return value
