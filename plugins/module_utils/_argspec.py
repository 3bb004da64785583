# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specifications, one function per group of options; each mirrors a doc fragment of the same name."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping


def connection() -> dict[str, dict[str, t.Any]]:
    """Return the options of the doc fragment ``connection``.

    Options that require or exclude each other are checked in ``_auth``, because some of them may come from the environment,
    and because surveys send empty texts for unset fields.
    """
    return dict(
        auth_method=dict(type="str", default="auto"),
        access_key=dict(type="str", no_log=True),
        secret_key=dict(type="str", no_log=True),
        security_token=dict(type="str", no_log=True),
        auth_token=dict(type="str", no_log=True),
        username=dict(type="str"),
        password=dict(type="str", no_log=True),
        domain_name=dict(type="str"),
        agency_name=dict(type="str"),
        agency_domain_name=dict(type="str"),
        agency_domain_id=dict(type="str"),
        profile=dict(type="str"),
        shared_config_file=dict(type="path"),
        credentials_file=dict(type="path"),
        metadata_url=dict(type="str"),
        project_id=dict(type="str"),
        project_name=dict(type="str"),
        region=dict(type="str"),
        cloud=dict(type="str"),
        endpoint=dict(type="str"),
        auth_url=dict(type="str"),
        allow_http=dict(type="bool", default=False),
        validate_certs=dict(type="bool", default=True),
        ca_cert=dict(type="path"),
        client_cert=dict(type="path"),
        client_key=dict(type="path", no_log=False),
        # The URL may contain a password, and Ansible reports invalid options before the code of the collection runs.
        proxy=dict(type="str", no_log=True),
        request_timeout=dict(type="float", default=60),
        max_retries=dict(type="int", default=5),
    )


def selection() -> dict[str, dict[str, t.Any]]:
    """Return the options of the doc fragment ``selection``."""
    return dict(
        # Ansible would convert a dictionary or a list to a text of Python.
        job_ids=dict(type="list", elements="raw"),
        job_names=dict(type="list", elements="raw"),
    )


def waiting() -> dict[str, dict[str, t.Any]]:
    """Return the options of the doc fragment ``waiting``."""
    return dict(
        wait=dict(type="bool", default=False),
        wait_timeout=dict(type="float", default=600),
        wait_interval=dict(type="float", default=5),
        confirm_timeout=dict(type="float", default=60),
        overall_timeout=dict(type="float", default=600),
    )


def job() -> dict[str, dict[str, t.Any]]:
    """Return the options of the doc fragment ``job``."""
    return dict(
        job_id=dict(type="str"),
        job_name=dict(type="str"),
    )


def overall() -> dict[str, dict[str, t.Any]]:
    """Return the option of the doc fragment ``overall``, for modules without a wait."""
    return dict(
        overall_timeout=dict(type="float", default=600),
    )


def wrong_types(spec: Mapping[str, t.Any], params: dict[str, t.Any], prefix: str = "") -> t.Iterator[str]:
    """Yield messages for values with which the validation of Ansible does not work well, before it runs.

    It converts dictionaries and lists to their text in Python, and ends with an OverflowError for infinite values of integer
    options (ansible-core 2.19 and later). Infinite values are removed from the parameters.
    """
    for name, option in spec.items():
        value, kind = params.get(name), option["type"]
        if kind in ("str", "path") and isinstance(value, (dict, list)):
            yield f"Invalid {prefix}{name}: it is a {'list' if isinstance(value, list) else 'dictionary'}. Specify a text."
        elif kind == "int" and re.fullmatch(r"[+-]?inf(inity)?", str(value).strip(), re.IGNORECASE):
            yield f"Invalid {prefix}{name}: the value is infinite. Specify a whole number."
            del params[name]
        elif "options" in option and isinstance(value, dict):
            yield from wrong_types(option["options"], value, f"{prefix}{name}.")
