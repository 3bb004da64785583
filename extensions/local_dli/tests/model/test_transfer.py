# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Export and import of jobs (dli-api.md 1.12)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from local_dli.model.object_storage import PathError, parse_path
from local_dli.model.transfer import unpack
from support import Api
from werkzeug.test import Client

# Members of a detail that belong to the definition.
DEFINITION = ("name", "desc", "job_type", "run_mode", "queue_name", "sql_body", "main_class", "entrypoint_args",
              "edge_group_ids", "job_config")  # fmt: skip


def export(api: Api, *ids: int, obs_dir: str = "backups/daily") -> str:
    body = {"obs_dir": obs_dir, "is_selected": bool(ids), "job_selected": list(ids)}
    status, response = api.call("POST", "/jobs/export", body)
    assert (status, response["message"]) == (200, "The job is successfully exported.")
    (path,) = response["zip_file"]
    return path


def import_jobs(api: Api, path: str, cover: bool | None = None) -> list[dict[str, Any]]:
    body = {"zip_file": path} if cover is None else {"zip_file": path, "is_cover": cover}
    status, response = api.call("POST", "/jobs/import", body)
    assert status == 200, response
    return response["job_mapping"]


def definition(api: Api, job_id: int) -> dict[str, Any]:
    detail = api.detail(job_id)
    return {name: detail[name] for name in DEFINITION}


def test_import_creates_the_same_jobs_with_new_ids(api: Api) -> None:
    before = {job_id: definition(api, job_id) for job_id in (131, 138)}
    path = export(api, 131, 138)
    now = int(api.clock.now() * 1000)
    assert path == f"backups/daily/aggregate_{now}.zip"
    assert api.call("POST", "/jobs/delete", {"job_ids": [131, 138]})[0] == 200
    assert import_jobs(api, path) == [
        {"old_job_id": "131", "new_job_id": "1001", "remark": "Job successfully created"},
        {"old_job_id": "138", "new_job_id": "1002", "remark": "Job successfully created"},
    ]
    assert [definition(api, 1001), definition(api, 1002)] == [before[131], before[138]]
    new = api.detail(1001)
    assert (new["status"], new["create_time"], new["start_time"]) == ("job_init", now, None)
    assert (new["has_savepoint"], new["user_name"]) == (False, "local-dli-user")
    assert api.run(1001)[0] == 200


def test_export_contains_tags(api: Api) -> None:
    api.dli.seed([{"job_id": 900, "tags": {"env": "prod"}}])
    path = export(api, 900)
    api.call("DELETE", "/jobs/900")
    import_jobs(api, path)
    assert api.dli.job(1001).tags == {"env": "prod"}


def test_export_without_selection_contains_every_job(api: Api) -> None:
    own = {job.job_id for job in api.dli.jobs.values() if job.project_id == api.dli.project_id}
    content = api.dli.objects.get(export(api, obs_dir="obs://backups/all/"))
    assert {item.old_id for item in unpack(content or b"")} == own


def test_exports_in_the_same_millisecond_have_different_paths(api: Api) -> None:
    assert export(api, 131) != export(api, 131)
    assert len(api.dli.objects.paths) == 2


def test_import_of_folder(api: Api) -> None:
    export(api, 131, obs_dir="backups/a")
    export(api, 130, obs_dir="backups/a/b")
    export(api, 137, obs_dir="backups/ab")
    api.call("POST", "/jobs/delete", {"job_ids": [131, 130]})
    assert [item["old_job_id"] for item in import_jobs(api, "obs://backups/a/")] == ["131", "130"]


def test_import_does_not_overwrite_job_of_same_name(api: Api) -> None:
    path = export(api, 131)
    before = api.detail(131)
    (item,) = import_jobs(api, path)
    assert (item["new_job_id"], item["remark"]) == ("-1", "[A job with the same name already exists]")
    assert import_jobs(api, path, cover=False)[0]["new_job_id"] == "-1"
    assert api.detail(131) == before


def test_import_of_zip_with_duplicate_names(api: Api) -> None:
    path = export(api, 231, 232)
    api.call("POST", "/jobs/delete", {"job_ids": [231, 232]})
    assert [item["new_job_id"] for item in import_jobs(api, path)] == ["1001", "-1"]


def test_import_overwrites_the_older_of_two_jobs_of_same_name(api: Api) -> None:
    assert [item["new_job_id"] for item in import_jobs(api, export(api, 232), cover=True)] == ["231"]


def test_job_selected_twice_is_exported_once(api: Api) -> None:
    content = api.dli.objects.get(export(api, 131, 130, 131))
    assert [item.old_id for item in unpack(content or b"")] == [131, 130]


def test_import_of_folder_with_other_files_is_refused(api: Api) -> None:
    export(api, 131, obs_dir="backups")
    api.call("DELETE", "/jobs/131")
    api.dli.objects.put("backups/deep/readme.txt", b"")
    assert api.call("POST", "/jobs/import", {"zip_file": "backups"})[1]["error_code"] == "DLI.29002"
    api.dli.objects.delete("backups/deep/readme.txt")
    assert import_jobs(api, "backups")[0]["new_job_id"] == "1001"


def test_import_of_zip_with_unknown_members_is_refused(api: Api) -> None:
    good = {"job_id": 1, "name": "x", "desc": "", "job_type": "flink_sql_job", "run_mode": "shared_cluster", "queue_name": "",
            "sql_body": "", "job_config": {"cu_number": 3}, "tags": {}}  # fmt: skip
    api.dli.objects.put("backups/x.zip", zip_with_job(**{**good, "job_config": {"nope": 1}}))
    assert api.call("POST", "/jobs/import", {"zip_file": "backups/x.zip"})[1]["error_code"] == "DLI.29002"
    api.dli.objects.put("backups/x.zip", zip_with_job(**good))
    assert import_jobs(api, "backups/x.zip")[0]["new_job_id"] == "1001"
    assert (api.detail(1001)["job_config"]["cu_number"], api.detail(1001)["job_config"]["parallel_number"]) == (3, 1)


def test_overwritten_job_is_a_draft(api: Api) -> None:
    path = export(api, 131)
    api.dli.job(131).restart_times = 4
    api.call("PUT", "/sql-jobs/131", {"sql_body": "INSERT INTO other SELECT 1", "desc": "changed"})
    assert import_jobs(api, path, cover=True) == [
        {"old_job_id": "131", "new_job_id": "131", "remark": "[Job successfully overwritten]"}
    ]
    detail = api.detail(131)
    assert (detail["status"], detail["desc"], detail["has_savepoint"]) == ("job_init", "", False)
    assert (detail["start_time"], detail["restart_times"]) == (None, 0)
    assert "clicks" in detail["sql_body"]


@pytest.mark.parametrize(("choice", "new_id", "status"), [("refuse", "-1", "job_running"), ("reset", "207", "job_init")])
def test_import_over_active_job(api: Api, choice: str, new_id: str, status: str) -> None:
    api.dli.settings.update({"import_over_active": choice})
    path = export(api, 207)
    assert import_jobs(api, path, cover=True)[0]["new_job_id"] == new_id
    assert api.status(207) == status
    assert [item.accepted for item in api.dli.ledger.find("import")] == [choice == "reset"]


def test_ledger_and_request_log(api: Api) -> None:
    path = export(api, 131, 130)
    import_jobs(api, path)
    api.call("DELETE", "/jobs/131")
    import_jobs(api, path)
    recorded = [(item.operation, item.job_id, item.accepted, item.error_code) for item in api.dli.ledger.entries]
    assert recorded == [
        ("export", 131, True, None),
        ("export", 130, True, None),
        ("import", 131, False, "DLI.11004"),
        ("import", 130, False, "DLI.11004"),
        ("delete", 131, True, None),
        ("import", 1001, True, None),
        ("import", 130, False, "DLI.11004"),
    ]
    assert api.dli.requests.find("export")[0].job_ids == [131, 130]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"is_selected": False}, "DLI.0001"),
        ({"obs_dir": "", "is_selected": False}, "DLI.0001"),
        ({"obs_dir": "b" * 257, "is_selected": False}, "DLI.0001"),
        ({"obs_dir": "bucket"}, "DLI.0001"),
        ({"obs_dir": "bucket", "is_selected": "true"}, "DLI.0001"),
        ({"obs_dir": "bucket", "is_selected": True}, "DLI.0001"),
        ({"obs_dir": "bucket", "is_selected": True, "job_selected": []}, "DLI.0001"),
        ({"obs_dir": "bucket", "is_selected": True, "job_selected": ["131"]}, "DLI.0001"),
        ({"obs_dir": "bucket", "is_selected": True, "job_selected": list(range(51))}, "DLI.0001"),
        ({"obs_dir": "bucket", "is_selected": True, "job_selected": [131, 5]}, "DLI.29099"),
        ({"obs_dir": "bucket", "is_selected": True, "job_selected": [301]}, "DLI.29099"),
        ({"obs_dir": "/bucket", "is_selected": True, "job_selected": [131]}, "DLI.29001"),
        ({"obs_dir": "Bucket_1", "is_selected": True, "job_selected": [131]}, "DLI.29001"),
        ({"obs_dir": "bucket//a", "is_selected": True, "job_selected": [131]}, "DLI.29001"),
    ],
)
def test_export_refusals(api: Api, body: dict[str, Any], code: str) -> None:
    status, response = api.call("POST", "/jobs/export", body)
    assert (status, response["error_code"]) == (400, code)
    if code == "DLI.29001":
        assert response["error_msg"] == "Failed for parse obs path"
    assert api.dli.objects.paths == []
    assert api.dli.ledger.find("export", accepted=True) == []


def test_export_of_fifty_jobs(api: Api) -> None:
    api.dli.seed([{"job_id": job_id} for job_id in range(5000, 5051)])
    content = api.dli.objects.get(export(api, *range(5000, 5050)))
    assert len(unpack(content or b"")) == 50


def zip_with_job(**members: Any) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("1.json", json.dumps(members))
    return stream.getvalue()


@pytest.mark.parametrize(
    "path", ["backups/none.zip", "backups/x.txt", "backups", "/x", "backups/bad.zip", "backups/partial.zip"]
)
def test_import_refusals(api: Api, path: str) -> None:
    good = export(api, 131, obs_dir="backups")
    api.call("DELETE", "/jobs/131")
    contents = {"x.txt": b"text", "bad.zip": b"not a zip file", "partial.zip": zip_with_job(job_id=1, name="x")}
    for name, content in contents.items():
        api.dli.objects.put(f"backups/{name}", content)
    status, response = api.call("POST", "/jobs/import", {"zip_file": path})
    assert (status, response) == (400, {"error_code": "DLI.29002", "error_msg": "zip file path error"})
    assert [(item.job_id, item.error_code) for item in api.dli.ledger.find("import")] == [(0, "DLI.29002")]
    assert import_jobs(api, good)[0]["new_job_id"] == "1001"


def test_unknown_buckets(api: Api) -> None:
    path = export(api, 131)
    api.dli.settings.update({"obs_buckets": "one, two"})
    body = {"obs_dir": "three/x", "is_selected": True, "job_selected": [131]}
    assert api.call("POST", "/jobs/export", body)[1]["error_code"] == "DLI.29001"
    assert api.call("POST", "/jobs/import", {"zip_file": path})[1]["error_code"] == "DLI.29002"
    assert export(api, 131, obs_dir="two").startswith("two/aggregate_")


def test_member_names_and_types_of_the_examples(api: Api) -> None:
    api.dli.settings.update({"export_names": "example", "job_mapping_ids": "integer"})
    body = {"obs_dir": "backups", "is_selected": True, "job_selected": [131]}
    (path,) = api.call("POST", "/jobs/export", body)[1]["zip_files"]
    mapping = api.call("POST", "/jobs/import", {"zip_file": path})[1]["jobs_mapping"]
    assert [(item["old_job_id"], item["new_job_id"]) for item in mapping] == [(131, -1)]


@pytest.mark.parametrize(("text", "path"), [("obs://b-1/x/", "b-1/x"), ("b.1", "b.1"), ("OBS://b12", "b12")])
def test_paths(text: str, path: str) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["", "/", "ab", "obs://", "bucket//x", "Bucket", "obs:/bucket"])
def test_invalid_paths(text: str) -> None:
    with pytest.raises(PathError, match="is not a path in OBS."):
        parse_path(text)


def test_objects_through_control_endpoint(api: Api) -> None:
    client = Client(api.dli.wsgi)
    path = export(api, 131)
    assert client.get("/_local/objects").json == [path]
    content = client.get(f"/_local/objects/{path}").get_data()
    assert client.put("/_local/objects/other/copy.zip", data=content).json == {"path": "other/copy.zip"}
    assert import_jobs(api, "other/copy.zip", cover=True)[0]["new_job_id"] == "131"
    assert client.get("/_local/objects/other/none.zip").status_code == 404
    assert client.put("/_local/objects/X/y", data=b"").status_code == 400
    api.dli.reset()
    assert api.dli.objects.paths == []
