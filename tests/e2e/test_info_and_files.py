# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Finding jobs, savepoints by hand, graphs, exporting and importing: what a person does, and what the service did then."""

from __future__ import annotations

import json

import pytest

from .conftest import states  # noqa: F401

SHORT = "huaweicloud.cloud.dli_streaming_"
INFO, SAVEPOINT, GRAPH = f"{SHORT}jobs_info", f"{SHORT}job_savepoint", f"{SHORT}job_graph_info"
EXPORT, IMPORT = f"{SHORT}jobs_export", f"{SHORT}jobs_import"
SQL = "INSERT INTO sink SELECT id FROM source"


@pytest.fixture
def do(ansible):
    """Return a function that runs one module as the only task of a playbook."""

    def run(module, arguments, *words, env=None):
        ended = ansible.task(arguments, *words, module=module, env=env)
        assert ended.code in (0, 2) and "Traceback" not in ended.output, ended.output
        return ended

    return run


def calls(dli):
    """Return the names of the calls that came in, in order, and forget them."""
    made = [request.call for request in dli.requests.of()]
    dli.requests.clear()
    return made


def many(dli, count, **members):
    """Add jobs 5001, 5002, … that are drafts."""
    numbers = range(1, count + 1)
    dli.seed([{"job_id": 5000 + number, "name": f"many_{number:04}", "sql_body": SQL, **members} for number in numbers])


def found(ended):
    assert ended.code == 0 and ended.result["changed"] is False, ended.output
    assert ended.result["summary"]["found"] == len(ended.result["jobs"])
    return sorted(job["job_id"] for job in ended.result["jobs"])


# Finding jobs


def test_info_shows_all_jobs(do, dli):
    many(dli, 230)
    everything = sorted(job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id)
    ended = do(INFO, {})
    assert found(ended) == everything and len(everything) > 230
    assert calls(dli) == ["list"] * 3
    checked = do(INFO, {}, "--check").result["jobs"]
    for job in checked + ended.result["jobs"]:
        job.pop("duration")  # one job is running
    assert checked == ended.result["jobs"]
    assert sum(ended.result["summary"]["by_status"].values()) == len(everything)
    assert ended.result["missing"] == []


@pytest.mark.parametrize(
    ("options", "expected", "requests"),
    [
        ({"job_ids": 131}, [131], ["detail"]),
        ({"job_ids": "131, 130, 131"}, [130, 131], ["list"]),
        ({"job_names": "orders_to_dws"}, [130], ["list"]),
        ({"job_names": "orders"}, [], ["list"]),
        ({"job_names": "twin"}, [231, 232], ["list"]),
        ({"job_ids": "", "job_names": "", "status": "job_running", "queue_name": ""}, [207], ["list"]),
        ({"status": "job_running,job_savepointing"}, [207, 211], ["list"]),
        ({"status": ["job_cancel_success"], "has_savepoint": False}, [209, 221], ["list"]),
        ({"queue_name": "flink_queue"}, [130, 131, 138], ["list"]),
        ({"job_type": "flink_jar_job"}, [138], ["list"]),
        ({"job_type": "flink_jar_job", "has_savepoint": False}, [], ["list"]),
        ({"job_ids": [131, 207, 138], "status": "job_running"}, [207], ["list"]),
        ({"job_ids": [131, 138, 5001], "tags": {"team": "a"}}, [5001], ["list", "list"]),
        ({"tags": {"team": "a", "tier": 1}}, [5001], ["list"]),
        ({"user_name": "nobody-of-that-name"}, [], ["list"]),
    ],
    ids=str,
)
def test_info_finds(do, dli, options, expected, requests):
    many(dli, 1, tags={"team": "a", "tier": "1"})
    many_more = [{"job_id": 6001, "name": "of_another_tier", "sql_body": SQL, "tags": {"team": "a", "tier": "2"}}]
    dli.seed(many_more if "tier" in options.get("tags", {}) else [])
    assert found(do(INFO, options)) == expected
    assert calls(dli) == requests


def test_info_tells_what_is_missing(do, dli):
    ended = do(INFO, {"job_ids": [131, 999], "job_names": ["nobody", "orders_to_dws"], "status": "job_init"})
    assert found(ended) == [130]
    assert ended.result["missing"] == [999, "nobody"]
    assert ended.result["msg"] == "Found 1 job: 1 job_init; the project has no 999, nobody."


def test_info_in_brief_and_in_detail(do, dli):
    dli.seed([{"job_id": 7001, "name": "n" * 57, "desc": "d" * 512, "status": "job_submit_fail", "status_desc": "e" * 9000}])
    (brief,) = do(INFO, {"job_ids": 7001}).result["jobs"]
    (listed,) = do(INFO, {"job_names": "n" * 57}).result["jobs"]
    assert brief == listed and len(json.dumps(brief)) < 1024
    assert "sql_body" not in brief and "job_config" not in brief
    single = do(INFO, {"job_ids": 131, "show_detail": True}).result["jobs"][0]
    named = do(INFO, {"job_names": "clickstream_enrich", "show_detail": True}).result["jobs"][0]
    assert set(single) == set(named) > set(brief)
    assert single["sql_body"] == named["sql_body"] and single["job_config"]["cu_number"] == 2
    assert named["user_name"] is None  # the detailed list has no users (dli-api.md 3)
    assert "show_detail=true" in dli.requests.of("list")[-1].query


def test_info_in_order(do, dli):
    dli.seed([{"job_id": 7000 + age, "name": f"age_{age}", "age": age * 86400, "sql_body": SQL} for age in (3, 1, 2)])
    names = "age_1,age_2,age_3"
    for options in ({"job_names": names}, {"status": "job_init"}):
        newest = [job["job_id"] for job in do(INFO, options).result["jobs"]]
        oldest = [job["job_id"] for job in do(INFO, {**options, "order": "asc"}).result["jobs"]]
        assert newest == oldest[::-1] and [job_id for job_id in oldest if 7000 < job_id < 7004] == [7003, 7002, 7001]


def test_info_while_jobs_vanish(do, dli):
    """A job that is deleted between two pages pulls another one onto the page that was read already."""
    many(dli, 150)
    newest = do(INFO, {}).result["jobs"][0]["job_id"]
    calls(dli)
    dli.faults.add("actor", call="list", skip=1, act="delete", job_ids=(newest,))
    ended = do(INFO, {})
    assert set(found(ended)) >= {job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id}
    assert calls(dli) == ["list"] * 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"job_ids": "131,x"}, "job_ids: 'x' is not a job id"),
        ({"tags": {"a": "b,c"}}, "tags: a=b,c cannot be asked for"),
        ({"tags": {"a": ""}}, "tags: a= cannot be asked for"),
        ({"overall_timeout": 0}, "overall_timeout must be more than 0"),
    ],
    ids=str,
)
def test_info_refuses_slips_before_any_request(do, dli, options, words):
    ended = do(INFO, options)
    assert ended.failed and words in ended.result["msg"] and ended.result["jobs"] == []
    assert calls(dli) == []


def test_info_warns_of_a_status_that_is_none(do, dli):
    ended = do(INFO, {"status": "job_runing"})
    assert found(ended) == [] and "job_runing is no status" in " ".join(ended.output.split())


def test_info_with_errors_of_the_service(do, dli):
    dli.faults.add("status", call="list", status=503)
    assert len(found(do(INFO, {"max_retries": 1}))) > 20
    dli.faults.add("status", call="list", status=403)
    ended = do(INFO, {})
    assert ended.failed and ended.result["http_status"] == 403 and ended.result["jobs"] == []
    assert "dli:jobs:list" in ended.result["msg"]
