# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Invalid options end a task before its first request, in check mode as in a run, with one message for all of them."""

from __future__ import annotations

import re

import pytest
from task_runs import error_message

PREFIX = "huaweicloud.cloud.dli_streaming_"
SQL = {"name": "new_job", "sql_body": "INSERT INTO a SELECT id FROM b"}
JAR = {"name": "new_job", "entrypoint": "a.jar"}
INFINITE = float("inf")
NUMBER = "Specify a number: "

#: Module, options, the message.
CASES = [
    ("sql_job", {**SQL, "resume_max_num": 0}, f"Invalid resume_max_num: 0. {NUMBER}-1 or at least 1."),
    ("sql_job", {**SQL, "dirty_data_strategy": "3"}, "Invalid dirty_data_strategy: 3. Specify 0, 1 or 2:bucket/folder."),
    ("sql_job", {**SQL, "desc": "d" * 2049}, "Invalid desc: it has 2049 characters. Specify at most 2048 characters."),
    ("jar_job", {**JAR, "desc": "d" * 513}, "Invalid desc: it has 513 characters. Specify at most 512 characters."),
    (
        "jar_job",
        {**JAR, "cu_number": 1, "parallel_number": 0, "checkpoint_interval": 3601, "tags": {"": "x"}, "feature": "other"},
        "Invalid feature: 'other' is not supported. Specify one of basic, custom. "
        f"Invalid cu_number: 1. {NUMBER}from 2 to 400. Invalid parallel_number: 0. {NUMBER}from 1 to 2000. "
        f"Invalid checkpoint_interval: 3601. {NUMBER}from 1 to 3600. "
        "Invalid tags: the key '' has 0 characters. Specify from 1 to 128 characters.",
    ),
    (
        "sql_job",
        {"name": "", "tags": {"a": {"b": 1}, "c": [1]}, "wait_timeout": 0, "overall_timeout": -1, "auth_method": "other"},
        "Invalid auth_method: 'other' is not supported. Specify one of *. "
        "Missing name or job_id. Set at least one of them. "
        "Invalid tags: the value of 'a' is a dictionary. Specify a text or a number. "
        "Invalid tags: the value of 'c' is a list. Specify a text or a number. "
        "Invalid wait_timeout: 0.0. Specify a number greater than 0 and less than 1000000000. "
        "Invalid overall_timeout: -1.0. Specify a number greater than 0 and less than 1000000000.",
    ),
    (
        "jar_job",
        {**JAR, "dependency_jars": ["a.jar", {"b": 1}]},
        "Invalid dependency_jars: element 2 is a dictionary. Specify a text or a number.",
    ),
    (
        "jobs_run",
        {"job_ids": [0], "job_names": ["a", {"b": 1}], "wait_interval": INFINITE},
        "Invalid job_ids: '0' is not a job ID. Specify whole numbers from 1 to 9223372036854775807, separated by commas, spaces "
        "or line breaks. Invalid job_names: element 2 is a dictionary. Specify a text or a number. "
        "Invalid wait_interval: inf. Specify a number greater than 0 and less than 1000000000.",
    ),
    ("jobs_stop", {"job_names": [["a"]]}, "Invalid job_names: element 1 is a list. Specify a text or a number."),
    ("jobs_info", {"status": [["a"]]}, "Invalid status: element 1 is a list. Specify a text or a number."),
    ("jobs_info", {"tags": {"a": {"b": 1}}}, "Invalid tags: the value of 'a' is a dictionary. Specify a text or a number."),
    (
        "job_savepoint",
        {"action": "import", "savepoint_path": "s3a://b"},
        "Missing job_id or job_name. Set exactly one of them. Invalid savepoint_path: 's3a://b' is not an OBS path. "
        "Specify a path such as bucket/folder/, with or without obs://.",
    ),
    (
        "jobs_export",
        {"obs_dir": "b" * 257},
        "Missing job_ids or job_names. Set at least one of them. "
        "Invalid obs_dir: it has 257 characters. Specify at most 256 characters.",
    ),
    (
        "jobs_import",
        {"zip_file": "b" * 257, "confirm_timeout": 0},
        "Invalid zip_file: it has 257 characters. Specify at most 256 characters. "
        "Invalid confirm_timeout: 0.0. Specify a number greater than 0 and less than 1000000000.",
    ),
]


@pytest.mark.parametrize("words", [[], ["--check"]], ids=["run", "check"])
@pytest.mark.parametrize(("module", "options", "message"), CASES)
def test_invalid_options(ansible, dli, module, options, message, words):
    given = error_message(ansible.task(options, *words, module=PREFIX + module))
    start, _any, end = message.partition("*")
    assert given.startswith(start) and given.endswith(end), given
    assert len(dli.requests) == 0


@pytest.mark.parametrize(
    ("module", "options", "names"),
    [
        ("sql_job", {**SQL, "cu_number": INFINITE}, ["cu_number"]),
        ("sql_job", {**SQL, "cu_number": "-Infinity", "template_id": "inf"}, ["template_id", "cu_number"]),
        ("jar_job", {**JAR, "resource_config": {"max_slot": INFINITE}}, ["resource_config.max_slot"]),
        ("jobs_run", {"job_ids": [131], "max_retries": INFINITE}, ["max_retries"]),
    ],
)
def test_infinite_whole_number(ansible, dli, module, options, names):
    """For an infinite value, ansible-core 2.19 and later raise an error."""
    message = error_message(ansible.task(options, module=PREFIX + module))
    assert message == " ".join(f"Invalid {name}: the value is infinite. Specify a whole number." for name in names)
    assert len(dli.requests) == 0


@pytest.mark.parametrize(
    ("module", "options", "names"),
    [
        ("sql_job", {**SQL, "sql_body": {1: "a"}, "desc": ["a"]}, ["sql_body", "desc"]),
        ("jar_job", {**JAR, "resource_config": {"jobmanager_resource_spec": {"memory": ["1G"]}}}, ["memory"]),
        ("jobs_run", {"job_ids": [131], "region": ["cn-north-4"], "ca_cert": {"a": "b"}}, ["region", "ca_cert"]),
        ("jobs_export", {"job_ids": [131], "obs_dir": {"a": "b"}}, ["obs_dir"]),
    ],
)
def test_dictionary_or_list_as_text(ansible, dli, module, options, names):
    """ansible-core accepts them for options that are texts, and uses their text in Python."""
    message = error_message(ansible.task(options, module=PREFIX + module))
    for name in names:
        assert re.search(rf"Invalid ([\w.]+\.)?{name}: it is a (dictionary|list)\. Specify a text\.", message), message
    assert len(dli.requests) == 0


def test_limit_that_depends_on_other_settings(ansible, dli):
    """The limit is checked after the job is read, and nothing is sent."""
    for words in ([], ["--check"]):
        ended = ansible.task({**SQL, "parallel_number": 5}, *words, module=f"{PREFIX}sql_job")
        assert error_message(ended) == (
            "Invalid parallel_number: 5. Specify at most 4 for each CU that the job manager does not use (cu_number=2, "
            "manager_cu_number=1)."
        )
    assert {request.call for request in dli.requests.find()} == {"list"}
