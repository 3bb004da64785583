# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The list of jobs: filters, order, pages (dli-api.md 3)."""

from __future__ import annotations

from typing import Any

import pytest
from huaweicloudsdkdli import v1 as sdk
from local_dli import LocalDli
from support import Api
from test_sdk import client

JOBS = [
    {"job_id": 900, "name": "a_one", "user_name": "anna", "queue_name": "q", "tags": {"env": "prod", "team": "a"}, "age": 50},
    {"job_id": 901, "name": "b_one", "user_name": "bert", "status": "job_finish", "tags": {"env": "test"}, "age": 40},
    {"job_id": 902, "name": "a_two", "enterprise_project_name": "DLI", "job_type": "flink_jar_job", "age": 30},
    {"job_id": 903, "name": "a_child", "root_id": 206, "age": 20},
    {"job_id": 904, "name": "same_time", "age": 30},
]


@pytest.fixture
def seeded(api: Api) -> Api:
    api.dli.service.clear()
    api.dli.seed(JOBS)
    return api


def ids(api: Api, **query: Any) -> list[int]:
    return [job["job_id"] for job in api.list(**query)["jobs"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [904, 902, 901, 900]),
        ({"order": "desc"}, [904, 902, 901, 900]),
        ({"order": "asc"}, [900, 901, 902, 904]),
        ({"name": "one"}, [901, 900]),
        ({"name": ""}, [904, 902, 901, 900]),
        ({"name": "ONE"}, []),
        ({"user_name": "anna"}, [900]),
        ({"user_name": "ann"}, []),
        ({"queue_name": "q"}, [900]),
        ({"status": "job_finish"}, [901]),
        ({"job_type": "flink_jar_job"}, [902]),
        ({"tags": "env=prod"}, [900]),
        ({"tags": "env=prod,team=a"}, [900]),
        ({"tags": "env=prod,team=b"}, []),
        ({"tags": "env="}, []),
        ({"tags": "none=x"}, []),
        ({"root_job_id": 206}, [903]),
        ({"root_job_id": -1}, [904, 902, 901, 900]),
        ({"sys_enterprise_project_name": "DLI"}, [902]),
        ({"sys_enterprise_project_name": "default", "order": "asc"}, [900, 901, 904]),
        ({"name": "a_", "user_name": "anna", "tags": "team=a", "status": "job_init"}, [900]),
    ],
)
def test_filters(seeded: Api, query: dict[str, Any], found: list[int]) -> None:
    assert ids(seeded, **query) == found
    assert seeded.list(**query)["total_count"] == len(found)


@pytest.mark.parametrize(
    "query",
    [{"tags": "env"}, {"tags": "=x"}, {"tags": "a=b,"}, {"job_type": "jar"}, {"name": "x" * 58}, {"offset": 2**63},
     {"root_job_id": "x"}, {"show_detail": "TRUE"}, {"status": "job_init,job_finish"}],
)  # fmt: skip
def test_invalid_queries(seeded: Api, query: dict[str, Any]) -> None:
    status, body = seeded.call("GET", "/jobs", **query)
    assert (status, body["error_code"]) == (400, "DLI.0001")


def test_name_of_maximum_length(seeded: Api) -> None:
    assert ids(seeded, name="x" * 57) == []


@pytest.mark.parametrize(("choice", "status", "count"), [("clamp", 200, 100), ("honour", 200, 105), ("refuse", 400, 0)])
def test_limit_above_documented_maximum(seeded: Api, choice: str, status: int, count: int) -> None:
    seeded.dli.seed([{"job_id": job_id} for job_id in range(5000, 5101)])
    seeded.dli.settings.update({"over_limit": choice})
    code, body = seeded.call("GET", "/jobs", limit=101 + 20)
    assert code == status
    if status == 200:
        assert (len(body["job_list"]["jobs"]), body["job_list"]["total_count"]) == (count, 105)
    assert len(ids(seeded, limit=100)) == 100


def test_limit_zero(seeded: Api) -> None:
    assert ids(seeded, limit=0) == []
    seeded.dli.settings.update({"zero_limit": "default"})
    assert ids(seeded, limit=0) == [904, 902, 901, 900]


def test_pages_shift_when_a_job_is_created_between_reads(seeded: Api) -> None:
    """Offsets count from the newest job, so a new job moves the last job of a page to the next page (dli-api.md 3)."""
    first = ids(seeded, limit=2)
    seeded.call("POST", "/sql-jobs", {"name": "newest"})
    second = ids(seeded, limit=2, offset=2)
    assert (first, second) == ([904, 902], [902, 901])
    seeded.call("DELETE", f"/jobs/{ids(seeded)[0]}")
    seeded.call("DELETE", "/jobs/904")
    assert ids(seeded, limit=2, offset=2) == [900]


def test_child_job_has_root_id(seeded: Api) -> None:
    detail = seeded.detail(903)
    assert (detail["root_id"], detail["job_config"]["root_id"]) == (206, 206)


def test_list_lag(seeded: Api) -> None:
    seeded.dli.settings.update({"list_lag": 5})
    job_id = seeded.call("POST", "/sql-jobs", {"name": "newest"})[1]["job"]["job_id"]
    seeded.call("DELETE", "/jobs/901")
    assert ids(seeded) == [904, 902, 901, 900]
    seeded.dli.seed([{"job_id": 950, "project_id": seeded.dli.partner_project_id}])
    seeded.dli.other_client("delete", [950])
    assert 950 not in ids(seeded)
    # The lag affects only the list.
    assert seeded.status(job_id) == "job_init"
    assert seeded.call("GET", "/jobs/901")[1]["error_code"] == "DLI.16001"
    seeded.clock.advance(5)
    assert ids(seeded) == [job_id, 904, 902, 900]
    for deleted in (job_id, 904, 902, 900):
        seeded.call("DELETE", f"/jobs/{deleted}")
    assert len(ids(seeded)) == 4
    seeded.clock.advance(5)
    assert ids(seeded) == []


def test_detailed_list_items_equal_details(seeded: Api) -> None:
    for item in seeded.list(show_detail="true")["jobs"]:
        detail = seeded.detail(item["job_id"])
        assert item == {name: value for name, value in detail.items() if name not in ("user_name", "duration", "root_id")}


def test_every_query_parameter_of_the_sdk(dli: LocalDli) -> None:
    dli.service.clear()
    dli.seed(JOBS)
    api = client(dli)
    query = {"job_type": "flink_opensource_sql_job", "limit": 5, "name": "a_", "offset": 0, "order": "asc", "queue_name": "q",
             "show_detail": True, "status": "job_init", "sys_enterprise_project_name": "default",
             "tags": "env=prod,team=a", "user_name": "anna"}  # fmt: skip
    assert set(query) == set(sdk.ListFlinkJobsRequest.openapi_types) - {"root_job_id"}
    page = api.list_flink_jobs(sdk.ListFlinkJobsRequest(**query)).job_list
    assert (page.total_count, [job.job_id for job in page.jobs]) == (1, [900])
    assert page.jobs[0].job_config.cu_number == 2
    children = api.list_flink_jobs(sdk.ListFlinkJobsRequest(root_job_id=206)).job_list.jobs
    assert [(job.job_id, job.root_id) for job in children] == [(903, 206)]
