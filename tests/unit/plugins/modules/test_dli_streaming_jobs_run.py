# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module from its options to its JSON, in process; only the network edge is another."""

from __future__ import annotations

import contextlib
import datetime
import json
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest
from ansible.module_utils import basic

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._connection import FAMILIES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._credentials.aksk import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._credentials.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import AnswerLost, NotDelivered
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http import Reply
from ansible_collections.huaweicloud.cloud.plugins.modules import dli_streaming_jobs_run

SECRET = "a-secret-that-nobody-may-see"
WHO = {"access_key": "an-access-key", "secret_key": SECRET, "project_id": "p1", "region": "cn-north-4"}
ROW = {"job_id", "name", "state", "changed", "failed", "status_before", "status", "error_code", "msg", "reconciled"}


class Service:
    """DLI as the network shows it: a few jobs, and a list of what goes wrong first."""

    def __init__(self, *jobs, trouble=()):
        self.jobs = {job["job_id"]: job for job in jobs}
        self.trouble = list(trouble)
        self.requests = []
        self.connected = None

    def connect(self, credential, verify, proxy):
        """Stand in for the class of the sender."""
        self.connected = (credential, verify, proxy)
        return self

    def send(self, request, timeout):
        self.requests.append(request)
        if self.trouble:
            outcome = self.trouble.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        parts = urlsplit(request.url)
        if request.method == "POST":
            return self._run(**json.loads(request.body))
        if parts.path.endswith("/jobs"):
            name = dict(parse_qsl(parts.query)).get("name", "")
            jobs = [job for job in self.jobs.values() if name in job["name"]]
            return reply(200, {"is_success": "true", "job_list": {"total_count": len(jobs), "jobs": jobs}})
        job = self.jobs.get(int(parts.path.rpartition("/")[2]))
        if job is None:
            return reply(400, {"error_code": "DLI.16001", "error_msg": "no such job"})
        return reply(200, {"is_success": "true", "job_detail": job})

    def _run(self, job_ids, resume_savepoint):
        elements = []
        for job_id in job_ids:
            if resume_savepoint and not self.jobs[job_id]["has_savepoint"]:
                elements.append({"error_code": "DLI.13017", "error_msg": "no savepoint"})
            else:
                self.jobs[job_id]["status"] = "job_submitting"
                elements.append({"is_success": "true", "message": "delivered"})
        return reply(400 if any("error_code" in element for element in elements) else 200, elements)

    @property
    def posts(self):
        return [json.loads(request.body) for request in self.requests if request.method == "POST"]


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def utc(self):
        return datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)

    def sleep(self, seconds):
        self.time += seconds

    def jitter(self, longest):
        return longest


def reply(status, value, request_id="r1"):
    return Reply(status, {"x-request-id": request_id}, json.dumps(value).encode())


def job(job_id, status="job_cancel_success", name=None, has_savepoint=True):
    return {"job_id": job_id, "name": name or f"job_{job_id}", "status": status, "has_savepoint": has_savepoint}


try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.18

    def patch_module_args(args):
        content = json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode()
        return mock.patch.object(basic, "_ANSIBLE_ARGS", content)


@pytest.fixture
def play(monkeypatch, capsys):
    """Return a function that runs the module and returns exit code and result, warnings among it."""
    for family in FAMILIES.values():
        for variable in family.values():
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(dli_streaming_jobs_run, "Clock", Clock)
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _self, text, *_args, **_kwargs: warnings.append(text))

    def run(service, check_mode=False, diff=False, **options):
        monkeypatch.setattr(_module, "HttpSender", service.connect)
        warnings.clear()
        args = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": diff}
        with contextlib.ExitStack() as stack:
            stack.enter_context(patch_module_args(args))
            ended = stack.enter_context(pytest.raises(SystemExit))
            dli_streaming_jobs_run.main()
        result = json.loads(capsys.readouterr().out)
        assert bool(ended.value.code) == bool(result.get("failed"))
        return {**result, "told": list(warnings)}

    return run


def states(result):
    return [(row["job_id"], row["state"], row["changed"], row["failed"]) for row in result["jobs"]]


# Success


def test_success(play):
    service = Service(job(131), job(130), job(129, "job_running"))
    result = play(service, **WHO, job_ids=[131, 130, 129])
    assert "failed" not in result or result["failed"] is False
    assert result["changed"] is True
    assert states(result) == [(131, "started", True, False), (130, "started", True, False), (129, "already_active", False, False)]
    assert all(set(row) == ROW for row in result["jobs"])
    assert result["msg"] == "Started 2 of 3 jobs, left 1 alone that is already active."
    assert result["summary"]["started"] == 2
    assert result["request_ids"] == ["r1"]
    assert service.posts == [{"job_ids": [131, 130], "resume_savepoint": False}]
    assert result["told"] == []
    assert "diff" not in result and "http_status" not in result


def test_the_second_time_nothing_changes(play):
    service = Service(job(131), job(130))
    play(service, **WHO, job_ids=[131, 130])
    result = play(service, **WHO, job_ids=[131, 130])
    assert result["changed"] is False and len(service.posts) == 1
    assert [row["state"] for row in result["jobs"]] == ["already_active"] * 2


@pytest.mark.parametrize(
    "options, ids",
    [
        ({"job_ids": "131, 130"}, [131, 130]),
        ({"job_ids": "131\n130\n"}, [131, 130]),
        ({"job_ids": "[131, 130]"}, [131, 130]),
        ({"job_ids": "131"}, [131]),
        ({"job_ids": 131}, [131]),
        ({"job_ids": ["131", 130]}, [131, 130]),
        ({"job_ids": [131], "job_names": "job_130"}, [131, 130]),
        ({"job_ids": "", "job_names": ["job_130", "job_131"]}, [130, 131]),
    ],
)
def test_whatever_surveys_and_command_lines_hand_over(play, options, ids):
    service = Service(job(131), job(130))
    result = play(service, **WHO, **options)
    assert [row["job_id"] for row in result["jobs"]] == ids
    assert service.posts[0]["job_ids"] == ids


def test_a_result_stays_small(play):
    """design.md: under 1 KB a job."""
    jobs = [job(number, has_savepoint=False) for number in range(1, 101)]
    result = play(Service(*jobs), **WHO, job_ids=list(range(1, 101)), resume_savepoint=True)
    assert len(result["jobs"]) == 100 and len(json.dumps(result["jobs"])) < 100 * 1024
    assert len(result["msg"]) < 500


@pytest.mark.parametrize(
    "options, environ, connected, url",
    [
        (
            WHO,
            {},
            (AccessKey("an-access-key", SECRET, None, "p1"), True, None),
            "https://dli.cn-north-4.myhuaweicloud.com/v1.0/p1/",
        ),
        (
            {**WHO, "ca_cert": "/ca.pem", "proxy": "http://proxy:3128", "endpoint": "https://dli.test"},
            {},
            (AccessKey("an-access-key", SECRET, None, "p1"), "/ca.pem", "http://proxy:3128"),
            "https://dli.test/v1.0/p1/",
        ),
        (
            {**WHO, "ca_cert": "/ca.pem", "validate_certs": False},
            {},
            (AccessKey("an-access-key", SECRET, None, "p1"), False, None),
            "https://dli.cn-north-4.myhuaweicloud.com/v1.0/p1/",
        ),
        (
            {},
            {"HW_AUTH_TOKEN": SECRET, "HW_PROJECT_ID": "hwp", "HW_REGION_NAME": "eu-west-101"},
            (IamToken(SECRET), True, None),
            "https://dli.eu-west-101.myhuaweicloud.eu/v1.0/hwp/",
        ),
    ],
)
def test_options_and_environment_reach_the_network(play, monkeypatch, options, environ, connected, url):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    service = Service(job(131))
    play(service, **options, job_ids=[131])
    assert service.connected == connected
    assert all(request.url.startswith(url) for request in service.requests)


def test_waiting(play):
    service = Service(job(131))
    result = play(service, **WHO, job_ids=[131], wait=True, wait_timeout=20, wait_interval=5)
    assert result["failed"] is True and result["changed"] is True
    assert states(result) == [(131, "timed_out", True, True)]


# Failure


def test_a_failed_job_does_not_hide_one_that_was_started(play):
    service = Service(job(131), job(138, has_savepoint=False), job(7, "job_canceling"))
    result = play(service, **WHO, job_ids=[138, 131, 7, 5], resume_savepoint=True)
    assert result["failed"] is True
    assert result["changed"] is True
    assert states(result) == [
        (138, "refused", False, True),
        (131, "started", True, False),
        (7, "not_startable", False, True),
        (5, "not_found", False, True),
    ]
    assert all(set(row) == ROW for row in result["jobs"])
    assert (result["summary"]["changed"], result["summary"]["failed_jobs"]) == (1, 3)
    assert service.posts == [{"job_ids": [138, 131], "resume_savepoint": True}]


@pytest.mark.parametrize(
    "status, code, advice, sent",
    [
        (401, "APIGW.0301", "lock the key", 1),
        (403, "DLI.0003", "permission", 1),
        (404, "APIGW.0101", "check region", 1),
        (429, "APIGW.0308", "throttling", 6),
        (503, "APIGW.0613", "try again later", 6),
    ],
)
def test_an_error_of_the_whole_request(play, status, code, advice, sent):
    """Refused sign-ins are never repeated (dli-api.md 0.1-9)."""
    service = Service(job(131), trouble=[reply(status, {"error_code": code, "error_msg": "words"})] * 9)
    result = play(service, **WHO, job_ids=[131])
    assert (result["failed"], result["changed"], result["jobs"]) == (True, False, [])
    assert (result["http_status"], result["error_code"]) == (status, code)
    assert result["request_ids"] == ["r1"] * sent and len(service.requests) == sent
    assert advice in result["msg"] and "words" in result["msg"] and "r1" in result["msg"]
    assert "summary" not in result


@pytest.mark.parametrize("trouble", [NotDelivered("no route"), AnswerLost("reset")])
def test_no_answer_at_all(play, trouble):
    service = Service(job(131), trouble=[trouble] * 9)
    result = play(service, **WHO, job_ids=[131], max_retries=2)
    assert (result["failed"], result["changed"], result["jobs"]) == (True, False, [])
    assert "http_status" not in result and "error_code" not in result
    assert str(trouble) in result["msg"] and len(service.requests) == 3


def test_a_start_whose_answer_is_lost_is_looked_up_and_not_sent_again(play):
    service = Service(job(131))
    answered = service.send

    def lose(request, timeout):
        outcome = answered(request, timeout)
        if request.method == "POST":
            raise AnswerLost("reset")
        return outcome

    service.send = lose
    result = play(service, **WHO, job_ids=[131])
    assert states(result) == [(131, "started", True, False)]
    assert result["jobs"][0]["reconciled"] is True and len(service.posts) == 1


def test_without_the_library(play, monkeypatch):
    monkeypatch.setattr(_module, "REQUESTS_IMPORT_ERROR", "Traceback: ...")
    service = Service(job(131))
    result = play(service, **WHO, job_ids=[131])
    assert "(requests)" in result["msg"] and "Python" in result["msg"]
    assert (result["changed"], result["jobs"], result["request_ids"]) == (False, [], [])
    assert service.requests == []


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    "options, part",
    [
        ({}, "no jobs are named"),
        ({"job_ids": []}, "no jobs are named"),
        ({"job_ids": "", "job_names": ""}, "no jobs are named"),
        ({"job_ids": ["x"]}, "job_ids: 'x' is not a job id"),
        ({"job_ids": [131.5]}, "job_ids: '131.5' is not a job id"),
        ({"job_ids": [True]}, "job_ids: 'True' is not a job id"),
        ({"job_ids": [131], "wait_timeout": 0}, "wait_timeout must be more than 0"),
        ({"job_ids": [131], "wait_interval": -1}, "wait_interval must be more than 0"),
        ({"job_ids": [131], "confirm_timeout": 0}, "confirm_timeout must be more than 0"),
        ({"job_ids": [131], "overall_timeout": 0}, "overall_timeout must be more than 0"),
        ({"job_ids": [131], "request_timeout": 0}, "request_timeout must be more than 0"),
        ({"job_ids": [131], "max_retries": -1}, "max_retries must be 0 or more"),
        ({"job_ids": [131], "project_id": "a/b"}, "project_id must be"),
        ({"job_ids": [131], "project_id": ""}, "project_id is missing"),
        ({"job_ids": [131], "region": ""}, "region is missing"),
        ({"job_ids": [131], "secret_key": ""}, "secret_key is missing"),
        ({"job_ids": [131], "endpoint": "http://dli.test"}, "is not encrypted"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_sent(play, options, part, check_mode):
    service = Service(job(131))
    result = play(service, check_mode, **{**WHO, **options})
    assert result["failed"] is True and result["changed"] is False
    assert part in result["msg"]
    assert (result["jobs"], result["request_ids"]) == ([], [])
    assert service.requests == []


@pytest.mark.parametrize("options", [{"wait": "perhaps"}, {"max_retries": "some"}, {"wait_timeout": "long"}, {"job_id": 131}])
def test_an_option_of_a_wrong_type_or_name(play, options):
    service = Service(job(131))
    result = play(service, **WHO, job_ids=[131], **options)
    assert result["failed"] is True and next(iter(options)) in result["msg"]
    assert service.requests == []


# Check mode and diff mode

WORLD = (
    job(131),
    job(130, "job_init"),
    job(138, has_savepoint=False),
    job(129, "job_running"),
    job(7, "job_canceling"),
    job(8, name="twin"),
    job(9, name="twin"),
)


@pytest.mark.parametrize("resume", [False, True])
def test_check_mode_predicts_the_report_and_starts_nothing(play, resume):
    """design.md: one road."""
    wanted = dict(job_ids=[131, 138, 129, 7, 5], job_names=["job_130", "twin", "nobody"], resume_savepoint=resume)
    watched = Service(*(dict(one) for one in WORLD))
    predicted = play(watched, check_mode=True, **WHO, **wanted)
    assert watched.posts == []
    done = Service(*(dict(one) for one in WORLD))
    real = play(done, **WHO, **wanted)
    assert len(done.posts) == 1
    for key in ("changed", "failed", "jobs", "summary", "told"):
        assert predicted[key] == real[key]
    assert predicted["msg"].replace("Would start", "Started").replace("would fail", "failed") == real["msg"]


def test_check_mode_fails_where_the_real_run_would(play):
    trouble = reply(403, {"error_code": "DLI.0003", "error_msg": "words"})
    predicted = play(Service(trouble=[trouble]), check_mode=True, **WHO, job_ids=[131])
    real = play(Service(trouble=[trouble]), **WHO, job_ids=[131])
    for key in ("failed", "changed", "jobs", "msg", "http_status", "error_code", "request_ids"):
        assert predicted[key] == real[key]
    assert real["http_status"] == 403


@pytest.mark.parametrize("check_mode", [False, True])
def test_diff_mode(play, check_mode):
    service = Service(job(131), job(129, "job_running"))
    result = play(service, check_mode, diff=True, **WHO, job_ids=[131, 129, 5])
    assert result["diff"]["before"] == "131 job_131: job_cancel_success\n129 job_129: job_running\n5: absent\n"
    assert result["diff"]["after"] == "131 job_131: job_submitting\n129 job_129: job_running\n5: absent\n"


# Secrets


def everything_said(result):
    return json.dumps(result, ensure_ascii=False)


@pytest.mark.parametrize(
    "environ",
    [
        {"HW_ACCESS_KEY": "an-access-key", "HW_SECRET_KEY": SECRET},
        {"HW_ACCESS_KEY": SECRET, "HW_SECRET_KEY": "another"},
        {"HW_ACCESS_KEY": "an-access-key", "HW_SECRET_KEY": "another", "HW_SECURITY_TOKEN": SECRET},
        {"HW_AUTH_TOKEN": SECRET},
        {"HW_AUTH_TOKEN": f" {SECRET}\n"},
        {"HUAWEICLOUD_SDK_AK": SECRET, "HUAWEICLOUD_SDK_SK": "another"},
        {"OS_AUTH_TOKEN": SECRET},
    ],
)
def test_a_secret_from_the_environment_is_masked(play, monkeypatch, environ):
    """The service does quote keys: "ak XXX not exist" (dli-api.md 4.4)."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    trouble = reply(401, {"error_code": "APIGW.0301", "error_msg": f"ak {SECRET} not exist"})
    result = play(Service(trouble=[trouble]), project_id="p1", region="eu-de", job_ids=[131])
    assert result["http_status"] == 401 and "not exist" in result["msg"]
    assert SECRET not in everything_said(result)


@pytest.mark.parametrize(
    "options",
    [
        WHO,
        {**WHO, "access_key": SECRET, "secret_key": "another"},
        {**WHO, "secret_key": "another", "security_token": SECRET},
        {"project_id": "p1", "region": "eu-de", "auth_token": SECRET},
        {**WHO, "secret_key": f"{SECRET}\n"},
        {**WHO, "secret_key": "another", "proxy": f"http://user:{SECRET}@proxy:3128"},
    ],
)
def test_a_secret_from_an_option_is_masked(play, options):
    trouble = reply(401, {"error_code": "APIGW.0301", "error_msg": f"ak {SECRET} not exist"})
    result = play(Service(trouble=[trouble]), **options, job_ids=[131])
    assert result["http_status"] == 401
    assert SECRET not in everything_said(result)


def test_a_secret_in_a_job_is_masked(play, monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", SECRET)
    service = Service(job(131, name=f"with {SECRET}"))
    result = play(service, project_id="p1", region="eu-de", job_ids=[131], diff=True)
    assert result["changed"] is True
    assert SECRET not in everything_said(result)


# Warnings


def test_what_is_named_twice_is_told(play):
    result = play(Service(job(131)), **WHO, job_ids=[131, 131], job_names=["job_131"])
    assert len(result["jobs"]) == 1
    assert result["told"] == [
        "job_ids names 131 more than once; each job is handled once",
        "job_names: job_131 is job 131, which is named already; it is handled once",
    ]


def test_leaving_certificates_unverified_is_told(play):
    (told,) = play(Service(job(131)), **WHO, job_ids=[131], validate_certs=False)["told"]
    assert told.startswith("validate_certs is false")


@pytest.mark.parametrize("fails", [False, True])
def test_repeated_requests_are_told_when_they_took_long(play, fails):
    busy = reply(503, {"error_code": "APIGW.0613"})
    service = Service(job(131), trouble=[busy, NotDelivered("no route")] + [busy] * (9 if fails else 0))
    (told,) = play(service, **WHO, job_ids=[131])["told"]
    times, seconds, count = (5, 16, 4) if fails else (2, 2, 1)
    assert told == f"{times} requests had to be repeated, at a cost of {seconds} s: HTTP 503 ({count}), no route (1)"


def test_a_short_hiccup_is_not_worth_a_warning(play):
    service = Service(job(131), trouble=[reply(503, {})])
    assert play(service, **WHO, job_ids=[131])["told"] == []
