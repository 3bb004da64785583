# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every documented limit: allowed and refused values, the message, and the documentation of the option."""

from __future__ import annotations

import importlib
import re

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.doc_fragments.streaming_job import ModuleDocFragment
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_limits import LIMITS
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job

from ..fake_jobs import options

BOTH = (SQL, JAR)
MODULES = {SQL: "dli_streaming_sql_job", JAR: "dli_streaming_jar_job"}
NAN, INF = float("nan"), float("inf")
#: Option, kinds, allowed values, refused values, and the end of the message (dli-api.md 1.7, 1.9, 1.10).
TABLE = [
    ("name", BOTH, ["n", "n" * 57], ["n" * 58], "it has 58 characters. Specify at most 57 characters."),
    ("desc", (SQL,), ["d" * 2048], ["d" * 2049], "it has 2049 characters. Specify at most 2048 characters."),
    ("desc", (JAR,), ["d" * 512], ["d" * 513], "it has 513 characters. Specify at most 512 characters."),
    ("queue_name", BOTH, ["q" * 128], ["q" * 129], "it has 129 characters. Specify at most 128 characters."),
    ("sql_body", (SQL,), ["s" * 2**20], ["s" * (2**20 + 1)], "it has 1048577 characters. Specify at most 1048576 characters."),
    ("template_id", (SQL,), [1, 2**63 - 1], [2**63], f"{2**63}. Specify a number: at most {2**63 - 1}."),
    ("cu_number", BOTH, [2, 400], [1, 0, -1, 401, 10**400], "1. Specify a number: from 2 to 400."),
    ("parallel_number", BOTH, [1, 2000], [0, -1, 2001], "0. Specify a number: from 1 to 2000."),
    ("checkpoint_interval", BOTH, [1, 3600], [3601, 0], "3601. Specify a number: from 1 to 3600."),
    ("resume_max_num", BOTH, [-1, 1, 10**6], [0, -2], "0. Specify a number: -1 or at least 1."),
    (
        "dirty_data_strategy",
        (SQL,),
        ["0", "1", "2:bucket/folder", "2:obs://bucket/folder"],
        ["3", "2", "2:", "-1", "01", "x"],
        "3. Specify 0, 1 or 2:bucket/folder.",
    ),
    *[
        (f"resource_config.{manager}_resource_spec.{member}", BOTH, allowed, refused, message)
        for manager in ("jobmanager", "taskmanager")
        for member, allowed, refused, message in (
            ("cpu", [0.5, 64.0], [0.4, 0.0, -1.0, NAN, INF], "0.4. Specify a number: at least 0.5."),
            ("memory", ["2G", "2048 mb", "4GB", "much"], ["1G", "1.9g", "2047M"], "1G. Specify at least 2 GB."),
        )
    ],
    (
        "tags.key",
        BOTH,
        ["k", "k" * 128],
        ["", "k" * 129],
        "the key '' has 0 characters. Specify from 1 to 128 characters.",
    ),
    (
        "tags.value",
        BOTH,
        ["v", "v" * 255],
        ["v" * 256, "", None],
        "the value of 'a' has 256 characters. Specify from 1 to 255 characters.",
    ),
]
ROWS = [(kind, *row[:1], *row[2:]) for row in TABLE for kind in row[1]]


def given(option, value):
    """Return the options of a module with one value."""
    name, *members = option.split(".")
    if name == "tags":
        return {"tags": {value: "1"} if members == ["key"] else {"a": value}}
    for member in reversed(members):
        value = {member: value}
    return {name: value}


def parse(kind, **values):
    return parse_desired_job(kind, options(kind, **{"name": "a", **values}), True)


def test_table_is_complete():
    limits = {(limit.option, kind) for limit in LIMITS for kind in limit.of}
    assert limits == {(option, kind) for kind, option, *_rest in ROWS}


@pytest.mark.parametrize(("kind", "option", "allowed", "refused", "message"), ROWS, ids=[" ".join(row[:2]) for row in ROWS])
def test_limit(kind, option, allowed, refused, message):
    name = "tags" if option.startswith("tags.") else option
    for value in allowed:
        assert parse(kind, **given(option, value))
    for value in refused:
        with pytest.raises(InputError, match=rf"^Invalid {re.escape(name)}: .*\. Specify [^.]*[0-9]"):
            parse(kind, **given(option, value))
    with pytest.raises(InputError) as caught:
        parse(kind, **given(option, refused[0]))
    assert str(caught.value) == f"Invalid {name}: {message}"


def documentation(kind, option):
    """Return the description of an option without markup."""
    module = importlib.import_module(f"ansible_collections.huaweicloud.cloud.plugins.modules.{MODULES[kind]}")
    described = {
        **yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"],
        **yaml.safe_load(module.DOCUMENTATION)["options"],
    }
    name, *members = option.split(".")
    entry = described[name]
    for member in members if "suboptions" in entry else []:
        entry = entry["suboptions"][member]
    texts = entry["description"] if isinstance(entry["description"], list) else [entry["description"]]
    return re.sub(r"V\(([^)]*)\)", r"\1", " ".join(texts))


@pytest.mark.parametrize(("kind", "limit"), [(kind, limit) for limit in LIMITS for kind in limit.of])
def test_limit_is_documented(kind, limit):
    assert limit.allowed in documentation(kind, limit.option)


@pytest.mark.parametrize("kind", BOTH)
def test_message_contains_all_options_that_are_not_allowed(kind):
    wrong = {option: values[0] for row_kind, option, _allowed, values, _message in ROWS if row_kind == kind and "." not in option}
    wrong.update(tags={"": "1", "a": "v" * 256}, resource_config={"jobmanager_resource_spec": {"cpu": 0.1, "memory": "1G"}})
    wrong.update(job_id="x", resource_config_version="v3", runtime_config="no JSON", wait_timeout=0, wait_interval=-1)
    with pytest.raises(InputError) as caught:
        parse(kind, **wrong)
    named = re.findall(r"Invalid ([a-z_.]+):", str(caught.value))
    members = {"resource_config.jobmanager_resource_spec.cpu", "resource_config.jobmanager_resource_spec.memory"}
    assert set(named) == {*wrong, *members} - {"resource_config"}
    assert named.count("tags") == 2


def test_limits_of_the_other_kind_do_not_apply():
    with pytest.raises(InputError, match="at most 512 characters"):
        parse(JAR, desc="d" * 600)
    assert parse(SQL, desc="d" * 600).settings["desc"] == "d" * 600
