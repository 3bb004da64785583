# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks the options of a module for one job without running the module."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.argspec import streaming_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job

DOCUMENTATION = r"""
name: streaming_job_errors
short_description: Check the settings of a streaming job without requests
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Checks options of the module M(huaweicloud.cloud.dli_streaming_sql_job) or M(huaweicloud.cloud.dli_streaming_jar_job), as the
    module does before its first request.
  - Use it to check several jobs before the first of them is changed. The role
    C(huaweicloud.cloud.streaming_jobs_rollout) uses it.
positional: kind
options:
  _input:
    description: The options of the module, except those for the connection.
    type: dict
    required: true
  kind:
    description: Kind of the job.
    type: str
    choices: [sql, jar]
    default: sql
seealso:
  - module: huaweicloud.cloud.dli_streaming_sql_job
  - module: huaweicloud.cloud.dli_streaming_jar_job
"""

EXAMPLES = r"""
- name: Check the definition of a job
  ansible.builtin.assert:
    that: errors | length == 0
    fail_msg: "{{ errors | join(' ') }}"
  vars:
    job:
      name: orders_enriched
      cu_number: 4
    errors: "{{ job | huaweicloud.cloud.streaming_job_errors('sql') }}"
"""

RETURN = r"""
_value:
  description: Messages about options that are not allowed. Empty if the module accepts the options.
  type: list
  elements: str
  sample:
    - "Invalid cu_number: 1. Specify a number: from 2 to 400."
"""

KINDS = {"sql": SQL, "jar": JAR}


def streaming_job_errors(settings: object, kind: str = "sql") -> list[str]:
    """Return the messages about options that the module does not accept."""
    if kind not in KINDS or not isinstance(settings, Mapping):
        raise ValueError("streaming_job_errors requires a dictionary, and one of the kinds sql and jar.")
    spec = {**streaming_job(KINDS[kind]), **_argspec.waiting()}
    given = _plain(settings)
    errors = list(_argspec.wrong_types(spec, given))
    if errors:
        return errors
    validated = ArgumentSpecValidator(spec).validate(given)
    if validated.error_messages:
        return [f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in validated.error_messages]
    try:
        parse_desired_job(KINDS[kind], validated.validated_parameters, True)
    except InputError as error:
        return [str(error)]
    return []


def _plain(value: t.Any) -> t.Any:
    """Return a value without containers of the template engine, because the validator copies their references to the engine."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"streaming_job_errors": streaming_job_errors}
