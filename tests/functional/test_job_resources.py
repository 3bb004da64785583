# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The modules for one job: results, check mode, and the requests to the service."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

SQL = "huaweicloud.cloud.dli_streaming_sql_job"
JAR = "huaweicloud.cloud.dli_streaming_jar_job"
QUICK = {"wait_interval": 0.1, "wait_timeout": 30, "confirm_timeout": 3}
#: name -> module, its settings, a setting that can change while the job runs, a setting that requires a restart.
KINDS = {
    "sql": (
        SQL,
        {"sql_body": "INSERT INTO a\nSELECT id FROM b\n", "parallel_number": 1, "checkpoint_mode": "exactly_once"},
        {"resume_max_num": 3},
        {"cu_number": 4},
    ),
    "jar": (
        JAR,
        {"entrypoint": "a.jar", "main_class": "A", "flink_version": "1.15", "dependency_files": ["a.conf"]},
        {"checkpoint_path": "bucket/here"},
        {"tm_slot_num": 2},
    ),
}
kinds = pytest.mark.parametrize("kind", KINDS)


@dataclass
class Job:
    """The job of the tasks."""

    ansible: object
    module: str
    options: dict

    def task(self, *words, **options):
        """Run the module once."""
        return self.ansible.task({**QUICK, **self.options, **options}, *words, module=self.module)

    def predict_and_run(self, **options):
        """Run the module in check mode and then for real, compare the results, and return the second one."""
        task = {self.module: {**QUICK, **self.options, **options}}
        predicted, ended = self.ansible.tasks({**task, "check_mode": True}, task)
        assert ended.failed is predicted.failed, ended.output
        for member in ("changed", "actions", "differences"):
            assert predicted.result[member] == ended.result[member], (predicted.result, ended.result)
        for member in ("state", "changed", "failed", "name", "status_before", "error_code"):
            assert predicted.result["job"][member] == ended.result["job"][member], (predicted.result, ended.result)
        return ended.result


@pytest.fixture
def job(ansible, dli, request):
    """A job that does not exist yet, of the kind of the test parameter (default: ``sql``)."""
    kind = request.node.callspec.params.get("kind", "sql") if hasattr(request.node, "callspec") else "sql"
    module, settings, _while_running, _with_restart = KINDS[kind]
    return Job(ansible, module, {"name": "the_job", **settings})


def writes(dli) -> list[str]:
    """Return the calls that change something, in their order."""
    return [request.call for request in dli.requests.find() if request.call not in ("list", "detail", "tags")]


def the_job(dli):
    """Return the job in the service."""
    (found,) = [job for job in dli.jobs.values() if job.name == "the_job"]
    return found


@kinds
def test_lifecycle(job, dli, kind):
    """Create, unchanged, a change while running, a change with a restart (refused, then allowed), stop, delete, absent."""
    _module, _settings, while_running, with_restart = KINDS[kind]
    suffix = "_jar" if kind == "jar" else ""
    result = job.predict_and_run(state="started", wait=True)
    assert (result["job"]["state"], result["actions"]) == ("created", ["create", "start"])
    assert result["job"]["status"] == "job_running" and result["msg"].startswith("Created and started job ")
    assert writes(dli) == ["create" + suffix, "run"]

    dli.requests.clear()
    result = job.task(state="started").result
    assert (result["changed"], result["job"]["state"], result["actions"], result["differences"]) == (False, "unchanged", [], [])
    assert [request.call for request in dli.requests.find()] == ["list", "detail"]

    result = job.predict_and_run(**while_running)
    assert (result["actions"], result["differences"]) == (["update"], list(while_running))
    job.options.update(while_running)
    assert job.task().result["changed"] is False

    dli.requests.clear()
    result = job.predict_and_run(**with_restart)
    assert result["job"]["state"] == "restart_needed" and result["job"]["failed"] and list(with_restart)[0] in result["msg"]
    assert writes(dli) == []

    result = job.predict_and_run(**with_restart, restart="allowed", wait=True)
    assert (result["job"]["state"], result["actions"]) == ("restarted", ["stop", "update", "start"])
    assert writes(dli) == ["stop", "update" + suffix, "run"]
    assert dli.ledger.find("stop")[-1].trigger_savepoint is True
    assert dli.ledger.starts()[-1].resume_savepoint is True
    assert the_job(dli).resumed_from
    job.options.update(with_restart)
    assert job.task(state="started").result["changed"] is False

    result = job.predict_and_run(state="stopped", wait=True)
    assert (result["job"]["state"], result["job"]["status"]) == ("stopped", "job_cancel_success")
    assert job.task(state="stopped").result["changed"] is False

    result = job.predict_and_run(state="absent")
    assert (result["job"]["state"], result["actions"]) == ("deleted", ["delete"])
    dli.requests.clear()
    result = job.task(state="absent").result
    assert (result["changed"], result["job"]["state"]) == (False, "absent")
    assert [request.call for request in dli.requests.find()] == ["list"]


NEW_SQL = "INSERT INTO a\nSELECT id + 1 FROM b\n"


def running(job, dli, **settings):
    """Create and start the job."""
    job.options.update(settings)
    ended = job.task(state="started", wait=True)
    assert ended.result["job"]["status"] == "job_running", ended.output
    dli.requests.clear()
    dli.ledger.clear()


def test_new_sql_without_savepoint(job, dli):
    running(job, dli)
    ended = job.task(sql_body=NEW_SQL, restart="allowed", resume_savepoint=False, wait=True)
    assert ended.result["job"]["state"] == "restarted" and ended.result["job"]["status"] == "job_running", ended.output
    assert the_job(dli).resumed_from is None and the_job(dli).sql_body == NEW_SQL


def test_incompatible_savepoint(job, dli):
    """The start fails and keeps the savepoint; the next task starts without it."""
    running(job, dli)
    undecided = job.task(sql_body=NEW_SQL, restart="allowed", wait=True)
    assert undecided.result["job"]["state"] == "resume_undecided" and undecided.result["actions"] == [], undecided.output
    ended = job.task(sql_body=NEW_SQL, restart="allowed", resume_savepoint=True, wait=True)
    result = ended.result
    assert (result["job"]["state"], result["job"]["failed"], result["changed"]) == ("failed", True, True)
    assert result["actions"] == ["stop", "update", "start"] and "sql_body changed" in ended.output.replace("\n", " ")
    assert "state=started" in result["job"]["msg"]
    assert the_job(dli).has_savepoint
    result = job.task(sql_body=NEW_SQL, state="started", wait=True).result
    assert (result["job"]["state"], result["actions"]) == ("started", ["start"])


def test_update_of_running_job_sends_changed_settings_only(job, dli):
    """The update of a running job fails if it contains a bucket that did not change (dli-api.md 2.3)."""
    running(job, dli, obs_bucket="bucket", checkpoint_enabled=True)
    ended = job.task(restart_when_exception=True, smn_topic="topic", checkpoint_mode="1")
    assert (ended.code, ended.result["actions"]) == (0, ["update"]), ended.output
    assert ended.result["differences"] == ["smn_topic", "restart_when_exception"]
    ended = job.task(obs_bucket="other", restart_when_exception=True)
    assert ended.result["differences"] == ["obs_bucket"]
    assert the_job(dli).job_config["obs_bucket"] == "other" and the_job(dli).status == "job_running"


def test_update_refused_after_stop(job, dli):
    running(job, dli)
    dli.settings.update({"queues": "streaming"})
    ended = job.task(queue_name="nowhere", restart="allowed")
    row = ended.result["job"]
    assert (ended.code, row["state"], row["changed"], row["error_code"]) == (2, "refused", True, "DLI.12002")
    assert ended.result["changed"] is True and ended.result["actions"] == ["stop"]
    assert row["status"] == the_job(dli).status == "job_cancel_success"
    assert "The job is inactive now and has its previous settings." in row["msg"] and "resume_savepoint=true" in row["msg"]
    # The next step that the message describes.
    result = job.task(queue_name="streaming", state="started", resume_savepoint=True, wait=True).result
    assert (result["actions"], result["job"]["status"]) == (["update", "start"], "job_running")
    assert the_job(dli).resumed_from


@kinds
def test_lost_responses(job, dli, kind):
    """The job is created and changed once, and reported as such."""
    dli.faults.add("reset_after", call="create")
    result = job.task().result
    assert (result["job"]["state"], result["job"]["changed"], result["job"]["reconciled"]) == ("created", True, True)
    assert result["job"]["job_id"] == the_job(dli).job_id
    dli.faults.add("reset_after", call="update")
    result = job.task(desc="new").result
    assert (result["job"]["state"], result["job"]["changed"], result["job"]["reconciled"]) == ("updated", True, True)
    assert len(dli.ledger.find("create")) == len(dli.ledger.find("edit")) == 1
    assert job.task(desc="new").result["changed"] is False


def test_lost_requests(job, dli):
    """The outcome is unknown, and nothing is sent again."""
    dli.faults.add("status", call="create", status=504)
    ended = job.task(state="started", confirm_timeout=1)
    row = ended.result["job"]
    assert (ended.code, row["state"], row["changed"], ended.result["changed"]) == (2, "unknown", None, True)
    assert writes(dli) == ["create"]
    running(job, dli)
    dli.faults.add("status", call="update", status=504)
    row = job.task(cu_number=4, restart="allowed", confirm_timeout=1).result["job"]
    assert (row["state"], row["changed"], row["status"]) == ("unknown", True, "job_cancel_success")
    assert writes(dli) == ["stop", "update"]


def test_lost_response_of_stop(job, dli):
    running(job, dli)
    dli.faults.add("reset_after", call="stop")
    result = job.task(cu_number=4, restart="allowed", wait=True).result
    assert (result["job"]["state"], result["job"]["reconciled"]) == ("restarted", True)
    assert [entry.operation for entry in dli.ledger.entries if entry.accepted] == ["stop", "edit", "start"]


def test_ambiguous_name(job, dli):
    dli.seed([{"job_id": 71, "name": "the_job"}, {"job_id": 72, "name": "the_job"}])
    result = job.predict_and_run()
    assert result["job"]["state"] == "ambiguous" and "71, 72" in result["msg"]
    result = job.predict_and_run(state="absent", job_id=71)
    assert (result["job"]["state"], result["job"]["job_id"]) == ("deleted", 71)
    assert set(dli.jobs) >= {72} and 71 not in dli.jobs
    assert job.predict_and_run(job_id=71)["job"]["state"] == "not_found"
    result = job.predict_and_run(job_id=131)
    assert result["job"]["state"] == "ambiguous" and "job 72" in result["msg"]


def test_wrong_job_type(job, dli):
    running(job, dli)
    other = Job(job.ansible, JAR, {"name": "the_job"})
    for state in ("present", "absent", "stopped"):
        result = other.predict_and_run(state=state)
        assert result["job"]["state"] == "wrong_type" and "flink_opensource_sql_job" in result["msg"]
    assert writes(dli) == [] and the_job(dli).status == "job_running"


def test_tags(job, dli):
    running(job, dli, tags={"team": "blue", "stage": "test"})
    assert the_job(dli).tags == {"team": "blue", "stage": "test"}
    result = job.task().result
    assert result["changed"] is False
    assert [request.call for request in dli.requests.find()] == ["list", "detail", "tags"]
    result = job.predict_and_run(tags={"team": "red", "owner": "me"})
    assert (result["actions"], result["differences"]) == (["tag"], ["tags"])
    assert the_job(dli).tags == {"team": "red", "stage": "test", "owner": "me"}
    job.predict_and_run(tags={"team": "red"}, purge_tags=True)
    assert the_job(dli).tags == {"team": "red"}


#: Call, fault -> state, changed, tags afterwards. Without a fault, the task changes team, adds owner and removes stage.
TAG_FAULTS = {
    ("tags_create", "refused"): ("refused", False, {"team": "blue", "stage": "test"}),
    ("tags_create", "lost request"): ("unknown", None, {"team": "blue", "stage": "test"}),
    ("tags_create", "lost response"): ("updated", True, {"team": "red", "owner": "me"}),
    ("tags_create", "without effect"): ("unknown", None, {"team": "blue", "stage": "test"}),
    ("tags_delete", "refused"): ("refused", True, {"team": "red", "stage": "test", "owner": "me"}),
    ("tags_delete", "lost request"): ("unknown", True, {"team": "red", "stage": "test", "owner": "me"}),
    ("tags_delete", "lost response"): ("updated", True, {"team": "red", "owner": "me"}),
}
FAULTS = {
    "refused": {"kind": "status", "status": 400, "code": "DLI.0001", "times": None},
    "lost request": {"kind": "status", "status": 504, "times": None},
    "lost response": {"kind": "reset_after"},
    "without effect": {"kind": "status", "status": 204, "body": ""},
}


@pytest.mark.parametrize(("call", "fault"), TAG_FAULTS)
def test_tags_with_a_fault(job, dli, call, fault):
    """A tag has its previous or its new value after each fault."""
    state, changed, after = TAG_FAULTS[call, fault]
    assert job.task(tags={"team": "blue", "stage": "test"}).code == 0
    dli.faults.add(call=call, **FAULTS[fault])
    row = job.task(tags={"team": "red", "owner": "me"}, purge_tags=True, confirm_timeout=1).result["job"]
    assert (row["state"], row["changed"]) == (state, changed), row
    assert the_job(dli).tags == after


def test_refused_value_of_a_tag(job, dli):
    """Editions of the documentation have different limits, and the service may have the lower one."""
    dli.settings.update({"tag_value_length": 43})
    assert job.task(tags={"team": "blue"}).code == 0
    row = job.task(tags={"team": "r" * 44}).result["job"]
    assert (row["state"], row["changed"], row["error_code"]) == ("refused", False, "DLI.0001")
    assert the_job(dli).tags == {"team": "blue"}


def test_settings_of_update_only(job, dli):
    late = {"operator_config": {"operator_list": [{"id": "1", "parallelism": 1}]}}
    result = job.predict_and_run(**late, show_detail=True)
    assert (result["job"]["state"], result["actions"]) == ("created", ["create", "update"])
    assert result["definition"]["operator_config"] == late["operator_config"]
    assert result["definition"]["sql_body"] == job.options["sql_body"].rstrip()
    assert job.task(**late).result["changed"] is False


@kinds
def test_every_setting_is_idempotent(job, dli, kind):
    """This includes settings that the service returns in another form."""
    both = {
        "desc": "text",
        "queue_name": "streaming",
        "cu_number": 6,
        "manager_cu_number": 2,
        "parallel_number": 3,
        "tm_cus": 2,
        "tm_slot_num": 2,
        "checkpoint_enabled": True,
        "checkpoint_mode": 2,
        "checkpoint_interval": 60,
        "obs_bucket": "bucket",
        "log_enabled": True,
        "smn_topic": "topic",
        "restart_when_exception": True,
        "resume_checkpoint": True,
        "resume_max_num": 5,
        "runtime_config": {"b": 1, "a": "x"},
        "flink_log_config": '{"root_logger_level": "INFO"}',
        "execution_agency_urn": "urn",
        "resource_config_version": "v1",
        "resource_config": {"max_slot": 2, "taskmanager_resource_spec": {"cpu": 1, "memory": "4G"}},
    }
    own = {
        "sql": {
            "job_type": "flink_opensource_sql_job",
            "run_mode": "exclusive_cluster",
            "flink_version": "1.15",
            "udf_jar_url": "obs://bucket/udf.jar",
            "idle_state_retention": 60,
            "dirty_data_strategy": "2:bucket/dirty",
        },
        "jar": {"feature": "basic", "entrypoint_args": "-a b", "dependency_jars": ["one.jar", "two.jar"]},
    }
    job.options.update(both, **own[kind])
    ended = job.task()
    assert ended.result["job"]["state"] == "created", ended.output
    again = job.task()
    assert (again.result["changed"], again.result["differences"]) == (False, []), again.output


def test_empty_strings_are_unset(job, dli):
    texts = ("job_id", "desc", "queue_name", "obs_bucket", "checkpoint_mode", "runtime_config", "run_mode", "job_type")
    ended = job.task(**dict.fromkeys(texts, ""))
    assert ended.code == 0, ended.output
    (created,) = dli.ledger.find("create")
    # The service fills in the last two.
    assert "sql_body" in created.fields and not set(texts[:-2]) & set(created.fields)
    assert job.task(**dict.fromkeys(texts, "")).result["changed"] is False


INVALID = [{"name": ""}, {"job_id": "1,2"}, {"run_mode": "edge_node"}, {"name": "n" * 58}, {"wait_timeout": 0}]


def test_invalid_options(job, dli):
    for ended in job.ansible.tasks(*({job.module: {**job.options, **wrong}} for wrong in INVALID)):
        assert ended.failed and (ended.result["actions"], ended.result["changed"]) == ([], False), ended.result
    assert len(dli.requests) == 0


@kinds
def test_two_tasks_create_the_same_job(job, dli, kind):
    """The list is read before another client creates the job. A second run continues with this job."""
    job.task()
    dli.requests.clear()
    dli.faults.add("response", call="list", body={"is_success": "true", "job_list": {"total_count": 0, "jobs": []}}, times=2)
    result = job.task(state="started").result
    created = the_job(dli)
    assert (result["changed"], result["job"]["state"], result["job"]["error_code"]) == (False, "refused", "DLI.11004")
    assert result["job"]["job_id"] == created.job_id
    assert f"Job {created.job_id} (the_job) not created: another client created a job with this name" in result["msg"]
    result = job.task(state="started").result
    assert (result["actions"], result["job"]["job_id"]) == (["start"], the_job(dli).job_id)


@kinds
def test_region_without_tags(job, dli, kind):
    """The first run creates the job with its tags and warns. Later runs change settings and warn."""
    dli.faults.add("status", call=("tags", "tag"), status=404, times=None)
    first = job.task(tags={"team": "a"}).result
    assert (first["actions"], the_job(dli).tags) == (["create"], {"team": "a"})
    again = job.task(tags={"team": "b"}, desc="changed").result
    assert (again["actions"], again["differences"], the_job(dli).tags) == (["update"], ["desc"], {"team": "a"})
    for result in (first, again):
        (warning,) = result["warnings"]
        assert warning.startswith("This region does not provide the API for the tags of existing jobs.")
