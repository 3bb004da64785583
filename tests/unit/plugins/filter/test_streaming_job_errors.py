# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter reports the same errors as the modules."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.filter import streaming_job_errors as plugin

check = plugin.FilterModule().filters()["streaming_job_errors"]


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"name": "a"}, "sql"),
        ({"name": "a", "cu_number": "4", "tags": {"a": 1}, "runtime_config": {"a": 1}, "sql_body": "A"}, "sql"),
        ({"name": "a", "entrypoint": "a.jar", "dependency_jars": ["b.jar"], "wait_timeout": "5"}, "jar"),
    ],
)
def test_accepted_settings(settings, kind):
    before = dict(settings)
    assert check(settings, kind) == []
    assert settings == before


@pytest.mark.parametrize(
    ("settings", "kind", "errors"),
    [
        ({}, "sql", "Missing name or job_id. Set at least one of them."),
        (
            {"name": "a", "cu_number": 1, "desc": "d" * 600, "wait_interval": 0},
            "jar",
            "Invalid desc: it has 600 characters. Specify at most 512 characters. Invalid cu_number: 1. Specify a number: from 2 "
            "to 400. Invalid wait_interval: 0.0. Specify a number greater than 0 and less than 1000000000.",
        ),
        (
            {"name": "a", "cu_number": float("inf"), "resource_config": {"max_slot": "inf"}},
            "sql",
            "Invalid cu_number: the value is infinite. Specify a whole number. Invalid resource_config.max_slot: the value is "
            "infinite. Specify a whole number.",
        ),
    ],
)
def test_errors(settings, kind, errors):
    assert " ".join(check(settings, kind)) == errors


def test_values_of_another_type():
    for settings in ({"name": "a", "cu_number": "many"}, {"name": "a", "tags": [1]}, {"name": "a", "entrypoint": "b"}):
        (error,) = check(settings)
        assert error[0].isupper() and error.endswith(".")


@pytest.mark.parametrize(("settings", "kind"), [({}, "python"), ([], "sql")])
def test_wrong_use(settings, kind):
    with pytest.raises(ValueError, match="requires a dictionary"):
        check(settings, kind)


def test_documentation():
    options = yaml.safe_load(plugin.DOCUMENTATION)["options"]
    assert set(options["kind"]["choices"]) == set(plugin.KINDS)
    (example,) = yaml.safe_load(plugin.EXAMPLES)
    assert check(example["vars"]["job"], "sql") == []
    assert yaml.safe_load(plugin.RETURN)["_value"]["sample"] == check({"name": "a", "cu_number": 1})
