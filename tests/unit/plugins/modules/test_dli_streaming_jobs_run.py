# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module from its options to its JSON, in process, with a fake network."""

from __future__ import annotations

import contextlib
import datetime
import json
from types import SimpleNamespace
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest
from ansible.module_utils import basic

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.environment import FAMILIES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.options import HttpOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import HttpResponse, SignableRequest
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.session import HttpSession
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module import runner
from ansible_collections.huaweicloud.cloud.plugins.modules import dli_streaming_jobs_run

SECRET = "a-secret-that-must-stay-hidden"
KEYS = {"access_key": "an-access-key", "secret_key": SECRET, "project_id": "p1", "region": "cn-north-4"}
PROJECT = {"project_id": "p1", "region": "cn-north-4"}
USER = {"username": "user", "password": SECRET, "domain_name": "account", **PROJECT}
AGENCY = {"agency_name": "agency", "agency_domain_name": "lender"}
NOW = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
REQUEST = SignableRequest("GET", "/", [], b"")
ROW = {"job_id", "name", "state", "changed", "failed", "status_before", "status", "error_code", "msg", "reconciled"}


class Service:
    """DLI, IAM and the metadata service behind the session, with a few jobs.

    ``outcomes`` are the responses to the first requests (None: the regular response); ``tokens``: the next tokens of IAM;
    ``authentication_seconds``: the response time of IAM.
    """

    def __init__(self, *jobs, outcomes=(), tokens=("token-of-iam-1", "token-of-iam-2"), projects=(), authentication_seconds=0.0):
        self.jobs = {job["job_id"]: job for job in jobs}
        self.outcomes = list(outcomes)
        self.tokens = list(tokens)
        self.projects = [{"id": f"id0of0{name.replace('-', '0')}", "name": name} for name in projects]
        self.authentication_seconds = authentication_seconds
        self.requests = []
        self.timeouts = []
        self.clock = None
        self.network = None
        self.signed_by = None

    def connect(self, credential, network):
        """Replace the class of the sender."""
        self.network = network
        return SimpleNamespace(send=lambda request, timeout: self.send(request, timeout, credential))

    def send(self, request, timeout, credential):
        parts = urlsplit(request.url)
        self.requests.append(request)
        self.timeouts.append(timeout)
        if parts.netloc.startswith(("iam.", "169.254.")):
            self.clock.time += self.authentication_seconds
            return self._identity(request.method, parts.path)
        self.signed_by = credential.headers(REQUEST, NOW)
        if self.outcomes:
            outcome = self.outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is not None:
                return outcome
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

    def _identity(self, method, path):
        if path == "/v3/projects":
            return reply(200, {"projects": self.projects})
        if path == "/meta-data/latest/api/token" or not self.tokens:
            return reply(404 if method in ("PUT", "GET") else 401, {"error": {"code": 401, "message": "wrong"}})
        token = self.tokens.pop(0)
        if path == "/v3/auth/tokens":
            return HttpResponse(201, {"x-subject-token": token}, b'{"token": {"project": {"id": "p1"}}}')
        keys = {"access": f"{token}-access", "secret": f"{token}-secret", "securitytoken": token}
        return reply(201 if method == "POST" else 200, {"credential": keys})

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
        return [json.loads(request.body) for request in self.requests if request.url.endswith("/jobs/run")]


class Clock:
    """Time that passes only in ``sleep``."""

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
    return HttpResponse(status, {"x-request-id": request_id}, json.dumps(value).encode())


def job(job_id, status="job_cancel_success", name=None, has_savepoint=True):
    return {"job_id": job_id, "name": name or f"job_{job_id}", "status": status, "has_savepoint": has_savepoint}


try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # ansible-core before 2.18

    def patch_module_args(args):
        content = json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode()
        return mock.patch.object(basic, "_ANSIBLE_ARGS", content)


PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An empty home directory, and an environment without the variables of the collection."""
    monkeypatch.setenv("HOME", str(tmp_path))
    variables = (name for family in FAMILIES.values() for names in family.values() for name in names)
    for variable in [*PROXY_VARIABLES, *variables]:
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture
def run_module(monkeypatch, capsys, home):
    """Return a function that runs the module and returns its result with the warnings."""
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _self, text, *_args, **_kwargs: warnings.append(text))

    def run(service, check_mode=False, diff=False, **options):
        service.clock = Clock()
        monkeypatch.setattr(runner, "Clock", lambda: service.clock)
        monkeypatch.setattr(runner, "HttpSession", service.connect)
        warnings.clear()
        args = {**options, "_ansible_check_mode": check_mode, "_ansible_diff": diff}
        with contextlib.ExitStack() as stack:
            stack.enter_context(patch_module_args(args))
            ended = stack.enter_context(pytest.raises(SystemExit))
            dli_streaming_jobs_run.main()
        result = json.loads(capsys.readouterr().out)
        result.pop("_ansible_new_secrets", None)  # for the controller, which masks them (ansible-core 2.22)
        assert bool(ended.value.code) == bool(result.get("failed"))
        return {**result, "warnings": list(warnings)}

    return run


def states(result):
    return [(row["job_id"], row["state"], row["changed"], row["failed"]) for row in result["jobs"]]


# Success


def test_success(run_module):
    service = Service(job(131), job(130), job(129, "job_running"))
    result = run_module(service, **KEYS, job_ids=[131, 130, 129])
    assert "failed" not in result or result["failed"] is False
    assert result["changed"] is True
    assert states(result) == [(131, "started", True, False), (130, "started", True, False), (129, "already_active", False, False)]
    assert all(set(row) == ROW for row in result["jobs"])
    assert result["msg"] == "2 of 3 jobs started, 1 unchanged (already active)."
    assert result["summary"]["started"] == 2
    assert result["request_ids"] == ["r1"]
    assert service.posts == [{"job_ids": [131, 130], "resume_savepoint": False}]
    assert result["warnings"] == []
    assert "diff" not in result and "http_status" not in result


def test_second_run_changes_nothing(run_module):
    service = Service(job(131), job(130))
    run_module(service, **KEYS, job_ids=[131, 130])
    result = run_module(service, **KEYS, job_ids=[131, 130])
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
def test_formats_of_surveys_and_command_lines(run_module, options, ids):
    service = Service(job(131), job(130))
    result = run_module(service, **KEYS, **options)
    assert [row["job_id"] for row in result["jobs"]] == ids
    assert service.posts[0]["job_ids"] == ids


def test_result_is_small(run_module):
    """design.md: under 1 KB a job."""
    jobs = [job(number, has_savepoint=False) for number in range(1, 101)]
    result = run_module(Service(*jobs), **KEYS, job_ids=list(range(1, 101)), resume_savepoint=True)
    assert len(result["jobs"]) == 100 and len(json.dumps(result["jobs"])) < 100 * 1024
    assert len(result["msg"]) < 500


PAIR = AccessKey("an-access-key", SECRET, None, "p1")


@pytest.mark.parametrize(
    "options, environ, signer, network, url",
    [
        (KEYS, {}, PAIR, HttpOptions(), "https://dli.cn-north-4.myhuaweicloud.com/v1.0/p1/"),
        (
            {**KEYS, "ca_cert": "/ca.pem", "proxy": "http://proxy:3128", "endpoint": "https://dli.test"},
            {},
            PAIR,
            HttpOptions("/ca.pem", "http://proxy:3128"),
            "https://dli.test/v1.0/p1/",
        ),
        (
            {**KEYS, "ca_cert": "/ca.pem", "validate_certs": False},
            {},
            PAIR,
            HttpOptions(False),
            "https://dli.cn-north-4.myhuaweicloud.com/v1.0/p1/",
        ),
        (
            {**KEYS, "client_cert": "/cert.pem", "client_key": "/key.pem"},
            {},
            PAIR,
            HttpOptions(client_cert=("/cert.pem", "/key.pem")),
            "https://dli.cn-north-4.myhuaweicloud.com/v1.0/p1/",
        ),
        (
            {},
            {"HW_AUTH_TOKEN": SECRET, "HW_PROJECT_ID": "hwp", "HW_REGION_NAME": "eu-west-101"},
            IamToken(SECRET),
            HttpOptions(),
            "https://dli.eu-west-101.myhuaweicloud.eu/v1.0/hwp/",
        ),
    ],
)
def test_options_and_environment_reach_the_network(run_module, monkeypatch, options, environ, signer, network, url):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    service = Service(job(131))
    run_module(service, **options, job_ids=[131])
    assert service.signed_by == signer.headers(REQUEST, NOW)
    assert service.network == network
    assert all(request.url.startswith(url) for request in service.requests)


def test_wait(run_module):
    service = Service(job(131))
    result = run_module(service, **KEYS, job_ids=[131], wait=True, wait_timeout=20, wait_interval=5)
    assert result["failed"] is True and result["changed"] is True
    assert states(result) == [(131, "timed_out", True, True)]


# Failure


def test_failed_job_does_not_hide_started_job(run_module):
    service = Service(job(131), job(138, has_savepoint=False), job(7, "job_canceling"))
    result = run_module(service, **KEYS, job_ids=[138, 131, 7, 5], resume_savepoint=True)
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
    "status, code, remedy, sent",
    [
        (401, "APIGW.0301", "lock the access key", 1),
        (403, "DLI.0003", "permission", 1),
        (404, "APIGW.0101", "Check region", 1),
        (429, "APIGW.0308", "throttles", 6),
        (503, "APIGW.0613", "Try again later", 6),
    ],
)
def test_error_of_the_whole_request(run_module, status, code, remedy, sent):
    """Rejected credentials are never used again (dli-api.md 0.1-9)."""
    service = Service(job(131), outcomes=[reply(status, {"error_code": code, "error_msg": "words"})] * 9)
    result = run_module(service, **KEYS, job_ids=[131])
    assert (result["failed"], result["changed"], result["jobs"]) == (True, False, [])
    assert (result["http_status"], result["error_code"]) == (status, code)
    assert result["request_ids"] == ["r1"] * sent and len(service.requests) == sent
    assert remedy in result["msg"] and "words" in result["msg"] and "r1" in result["msg"]
    assert "summary" not in result


@pytest.mark.parametrize("outcomes", [NotDelivered("no route"), ResponseLost("reset")])
def test_no_response(run_module, outcomes):
    service = Service(job(131), outcomes=[outcomes] * 9)
    result = run_module(service, **KEYS, job_ids=[131], max_retries=2)
    assert (result["failed"], result["changed"], result["jobs"]) == (True, False, [])
    assert "http_status" not in result and "error_code" not in result
    assert str(outcomes) in result["msg"] and len(service.requests) == 3


def test_lost_response_starts_no_job_twice(run_module):
    service = Service(job(131))
    send = service.send

    def lose(request, timeout, credential):
        outcome = send(request, timeout, credential)
        if request.method == "POST":
            raise ResponseLost("reset")
        return outcome

    service.send = lose
    result = run_module(service, **KEYS, job_ids=[131])
    assert states(result) == [(131, "started", True, False)]
    assert result["jobs"][0]["reconciled"] is True and len(service.posts) == 1


def test_missing_requests_library(run_module, monkeypatch):
    monkeypatch.setattr(runner, "REQUESTS_IMPORT_ERROR", "Traceback: ...")
    service = Service(job(131))
    result = run_module(service, **KEYS, job_ids=[131])
    assert "(requests)" in result["msg"] and "Python" in result["msg"]
    assert (result["changed"], result["jobs"], result["request_ids"]) == (False, [], [])
    assert service.requests == [] and "credentials_from" not in result


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("credentials", [KEYS, USER], ids=["pair", "user"])
@pytest.mark.parametrize(
    "options, part",
    [
        ({}, "Missing job_ids or job_names."),
        ({"job_ids": []}, "Missing job_ids or job_names."),
        ({"job_ids": "", "job_names": ""}, "Missing job_ids or job_names."),
        ({"job_ids": ["x"]}, "Invalid job_ids: 'x' is not a job ID."),
        ({"job_ids": [131.5]}, "Invalid job_ids: '131.5' is not a job ID."),
        ({"job_ids": [True]}, "Invalid job_ids: 'True' is not a job ID."),
        ({"job_ids": [131], "wait_timeout": 0}, "Invalid wait_timeout: 0.0."),
        ({"job_ids": [131], "wait_interval": -1}, "Invalid wait_interval: -1.0."),
        ({"job_ids": [131], "confirm_timeout": 0}, "Invalid confirm_timeout: 0.0."),
        ({"job_ids": [131], "overall_timeout": 0}, "Invalid overall_timeout: 0.0."),
        ({"job_ids": [131], "request_timeout": 0}, "Invalid request_timeout: 0.0."),
        ({"job_ids": [131], "max_retries": -1}, "Invalid max_retries: -1."),
        ({"job_ids": [131], "project_id": "a/b"}, "Invalid project_id: "),
        ({"job_ids": [131], "project_id": "", "region": "", "endpoint": "https://dli.test"}, "Missing project_id."),
        ({"job_ids": [131], "region": ""}, "Missing region."),
        ({"job_ids": [131], "secret_key": "", "access_key": "an-access-key"}, "Missing secret_key in "),
        ({"job_ids": [131], "password": "a-password", "username": ""}, "Missing username in "),
        ({"job_ids": [131], "auth_url": "http://iam.test", "project_id": "", **AGENCY}, "is not encrypted"),
        ({"job_ids": [131], "profile": "work"}, "Conflicting options: "),
        ({"job_ids": [131], "client_key": "/key.pem"}, "Missing client_cert."),
        ({"job_ids": ["x"], "project_id": ""}, "Invalid job_ids: 'x' is not a job ID."),
        ({"job_ids": [131], "endpoint": "http://dli.test"}, "is not encrypted"),
    ],
)
def test_invalid_option_fails_before_any_request(run_module, credentials, options, part, check_mode):
    """This includes requests for authentication."""
    service = Service(job(131))
    result = run_module(service, check_mode, **{**credentials, **options})
    assert result["failed"] is True and result["changed"] is False
    assert part in result["msg"]
    assert (result["jobs"], result["request_ids"]) == ([], [])
    assert service.requests == []


@pytest.mark.parametrize("options", [{"wait": "perhaps"}, {"max_retries": "some"}, {"wait_timeout": "long"}, {"job_id": 131}])
def test_option_with_wrong_type_or_name(run_module, options):
    service = Service(job(131))
    result = run_module(service, **KEYS, job_ids=[131], **options)
    assert result["failed"] is True and next(iter(options)) in result["msg"]
    assert service.requests == []


# Authentication

FILES = {
    "ini": (".huaweicloud/credentials", f"[basic]\nak = an-access-key\nsk = {SECRET}\nproject_id = p1\n"),
    "koocli": (
        ".hcloud/config.json",
        json.dumps(
            {"profiles": [{"name": "work", "accessKeyId": "an-access-key", "secretAccessKey": SECRET, "projectId": "p1"}]}
        ),
    ),
}


def write(home, name, text=None):
    path, usual = FILES[name]
    (home / path).parent.mkdir(exist_ok=True)
    (home / path).write_text(usual if text is None else text, encoding="utf-8")
    return str(home / path)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("jobs, failed", [([131], False), ([131, 5], True)])
@pytest.mark.parametrize(
    "options, environ, file, source",
    [
        (KEYS, {}, None, "the options (access key and secret key)"),
        ({**PROJECT, "auth_token": SECRET}, {}, None, "the options (IAM token)"),
        (USER, {}, None, "the options (user name and password)"),
        ({**KEYS, **AGENCY}, {}, None, "the options (access key and secret key, then the agency agency)"),
        (
            PROJECT,
            {"HW_ACCESS_KEY": "an-access-key", "HW_SECRET_KEY": SECRET},
            None,
            "the environment variables HW_* (access key and secret key)",
        ),
        (
            PROJECT,
            {"HUAWEICLOUD_SDK_AK": "an-access-key", "HUAWEICLOUD_SDK_SK": SECRET},
            None,
            "the environment variables HUAWEICLOUD_SDK_* (access key and secret key)",
        ),
        (
            PROJECT,
            {"OS_USERNAME": "user", "OS_PASSWORD": SECRET, "OS_USER_DOMAIN_NAME": "account"},
            None,
            "the environment variables OS_* (user name and password)",
        ),
        (PROJECT, {}, "ini", "{file} (access key and secret key)"),
        (PROJECT, {}, "koocli", "the profile work of {file} (access key and secret key)"),
        ({**PROJECT, "profile": "work"}, {"HW_AUTH_TOKEN": "another"}, "koocli", "the profile work of {file} (access key and"),
        (PROJECT, {}, None, "the metadata service (temporary keys of the machine)"),
        ({**PROJECT, "auth_method": "metadata"}, {"HW_AUTH_TOKEN": "another"}, None, "the metadata service (temporary keys of"),
    ],
)
def test_result_contains_source_of_credentials(
    run_module, monkeypatch, home, options, environ, file, source, jobs, failed, check_mode
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    path = write(home, file) if file else None
    result = run_module(Service(job(131)), check_mode, **options, job_ids=jobs)
    assert bool(result.get("failed")) == failed and result["jobs"][0]["state"] == "started"
    assert result["credentials_from"].startswith(source.format(file=path))


@pytest.mark.parametrize(
    "service, options, part",
    [
        (Service(tokens=[]), USER, "Could not authenticate as user user of account account: HTTP 401 (wrong) from https://iam."),
        (Service(tokens=[]), {**KEYS, **AGENCY}, "Could not assume the agency agency: HTTP 401 (wrong) from https://iam."),
        (Service(), {**KEYS, "project_id": ""}, "Project cn-north-4 not found. Projects that these credentials have access to: "),
        (
            Service(tokens=[]),
            PROJECT,
            "No credentials found in the options, the environment, the credentials files or the metadata service at ",
        ),
        (Service(tokens=[]), {**PROJECT, "auth_method": "metadata"}, "Could not authenticate: the metadata service at http://169.254"),
    ],
)
def test_failed_authentication(run_module, service, options, part):
    result = run_module(service, **options, job_ids=[131])
    assert result["msg"].startswith(part)
    assert (result["failed"], result["changed"], result["jobs"]) == (True, False, [])
    is_without = "metadata" in result["msg"]  # no credentials were found
    assert ("credentials_from" in result) is not is_without and not any("dli." in request.url for request in service.requests)


@pytest.mark.parametrize(
    "environ, file, status, ending",
    [
        ({"HW_AUTH_TOKEN": SECRET}, None, 401, " Credentials used: the environment variables HW_* (IAM token)."),
        ({"HW_AUTH_TOKEN": SECRET}, None, 403, " Credentials used: the environment variables HW_* (IAM token)."),
        ({"HW_AUTH_TOKEN": SECRET}, None, 404, "Check region, cloud and endpoint."),
        ({}, "koocli", 401, " by default. Disable it with hcloud configure set --cli-auth-encrypt=false."),
        ({}, "ini", 403, "/.huaweicloud/credentials (access key and secret key)."),
    ],
)
def test_rejected_credentials_are_reported_with_their_source(run_module, monkeypatch, home, environ, file, status, ending):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    if file:
        write(home, file)
    result = run_module(Service(job(131), outcomes=[reply(status, {})]), **PROJECT, job_ids=[131])
    assert result["http_status"] == status and result["msg"].endswith(ending)


def test_project_id_is_read_from_iam(run_module):
    service = Service(job(131), projects=["cn-north-4_team", "cn-north-4"])
    result = run_module(service, **{**KEYS, "project_id": ""}, job_ids=[131])
    assert result["changed"] is True
    assert service.requests[0].url == "https://iam.cn-north-4.myhuaweicloud.com/v3/projects?name=cn-north-4"
    assert service.requests[1].url.startswith("https://dli.cn-north-4.myhuaweicloud.com/v1.0/id0of0cn0north04/")
    assert service.signed_by["X-Project-Id"] == "id0of0cn0north04"


EXPIRED = reply(401, {"error_code": "APIGW.0307", "error_msg": "The token must be updated."}, request_id="r9")


@pytest.mark.parametrize("credentials", [USER, {**KEYS, **AGENCY}, {**PROJECT, "auth_method": "metadata"}])
@pytest.mark.parametrize("accepted, starts", [(1, 2), (2, 1)], ids=["starting", "waiting"])
def test_expired_credentials_are_renewed(run_module, credentials, accepted, starts):
    """dli-api.md 5.1. A start that was rejected is sent again, because it was not carried out."""
    service = Service(job(131), job(130), outcomes=[None] * accepted + [EXPIRED])
    result = run_module(service, **credentials, job_ids=[131, 130], wait=accepted == 2, wait_timeout=20)
    assert [row["changed"] for row in result["jobs"]] == [True, True] and result["warnings"] == []
    assert "token-of-iam-2" in service.signed_by.values() and service.tokens == []
    assert len(service.posts) == starts and sorted(result["request_ids"]) == ["r1", "r9"]


@pytest.mark.parametrize("credentials", [KEYS, {**PROJECT, "auth_token": SECRET}])
def test_credentials_that_cannot_be_renewed_are_not_used_again(run_module, credentials):
    service = Service(job(131), outcomes=[None, EXPIRED])
    result = run_module(service, **credentials, job_ids=[131])
    assert result["failed"] is True and result["warnings"] == [] and len(service.posts) == 1


def test_credentials_that_were_never_accepted_are_not_renewed(run_module):
    """Several consecutive failures lock the access key."""
    service = Service(job(131), outcomes=[EXPIRED])
    result = run_module(service, **USER, job_ids=[131])
    assert result["http_status"] == 401 and service.tokens == ["token-of-iam-2"] and len(service.requests) == 2


def test_failed_renewal_causes_warning(run_module):
    service = Service(job(131), outcomes=[None, EXPIRED], tokens=["token-of-iam-1"])
    result = run_module(service, **USER, job_ids=[131])
    assert result["failed"] is True and result["changed"] is False
    (warning,) = result["warnings"]
    expected = "The credentials were rejected during the task, and authenticating again failed: Could not authenticate as user "
    assert warning.startswith(f"{expected}user of account account: HTTP 401 ")


@pytest.mark.parametrize("authentication_seconds, sends_requests", [(3.0, True), (9.9, True), (10.0, False), (12.0, False)])
def test_overall_timeout_includes_authentication(run_module, authentication_seconds, sends_requests):
    service = Service(job(131), authentication_seconds=authentication_seconds)
    result = run_module(service, **USER, job_ids=[131], overall_timeout=10, request_timeout=60)
    assert service.timeouts[0] == 10
    if sends_requests:
        assert result["changed"] is True
        assert service.timeouts[1] == pytest.approx(10 - authentication_seconds)
    else:
        assert "the time limit was reached" in result["msg"] and len(service.requests) == 1


@pytest.mark.parametrize("path, reason", [("folder", "Is a directory"), ("file/x", "Not a directory")])
def test_unreadable_file(run_module, tmp_path, path, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    service = Service(job(131))
    result = run_module(service, **PROJECT, job_ids=[131], credentials_file=str(tmp_path / path))
    assert result["msg"] == f"Could not read the file {tmp_path / path}: {reason}. Check its path and permissions."
    assert service.requests == [] and "credentials_from" not in result


#: Option that selects the file -> its name in FILES.
FILE_OPTIONS = {"credentials_file": "ini", "shared_config_file": "koocli"}


@pytest.mark.parametrize("option", FILE_OPTIONS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_file_of_another_editor(run_module, tmp_path, option, encoding, line_end):
    """Editors on Windows add a byte order mark."""
    text = FILES[FILE_OPTIONS[option]][1].replace("\n", line_end)
    (tmp_path / "file").write_bytes(text.encode(encoding))
    assert run_module(Service(job(131)), **PROJECT, job_ids=[131], **{option: str(tmp_path / "file")})["changed"] is True


@pytest.mark.parametrize("option", FILE_OPTIONS)
@pytest.mark.parametrize(
    "encoding, kind",
    [
        ("utf-16", "UTF-16 text, not UTF-8 text"),
        ("utf_16_be", "not UTF-8 text"),
        ("utf_16_le", "not UTF-8 text"),
        ("cp037", "not UTF-8 text"),
    ],
)
def test_file_in_another_encoding(run_module, tmp_path, option, encoding, kind):
    (tmp_path / "file").write_bytes(FILES[FILE_OPTIONS[option]][1].encode(encoding))
    service = Service(job(131))
    result = run_module(service, **PROJECT, job_ids=[131], **{option: str(tmp_path / "file")})
    remedy = "Save the file with the encoding UTF-8."
    assert result["msg"] == f"Could not read the file {tmp_path / 'file'}: the file is {kind}. {remedy}"
    assert service.requests == []


def test_tilde_in_path_is_expanded(run_module, home):
    write(home, "ini")
    result = run_module(Service(job(131)), **PROJECT, job_ids=[131], credentials_file="~/.huaweicloud/credentials")
    assert result["changed"] is True and result["credentials_from"].startswith(str(home))


# Check mode and diff mode

JOBS = (
    job(131),
    job(130, "job_init"),
    job(138, has_savepoint=False),
    job(129, "job_running"),
    job(7, "job_canceling"),
    job(8, name="twin"),
    job(9, name="twin"),
)


@pytest.mark.parametrize("resume", [False, True])
def test_check_mode_predicts_result_and_starts_no_job(run_module, resume):
    """Both modes use the same flow."""
    selection = dict(job_ids=[131, 138, 129, 7, 5], job_names=["job_130", "twin", "missing"], resume_savepoint=resume)
    predicting = Service(*(dict(one) for one in JOBS))
    predicted = run_module(predicting, check_mode=True, **KEYS, **selection)
    assert predicting.posts == []
    done = Service(*(dict(one) for one in JOBS))
    real = run_module(done, **KEYS, **selection)
    assert len(done.posts) == 1
    for row in real["jobs"]:
        row["reconciled"] = False  # only a run shows whether another client may have acted at the same time
    for key in ("changed", "failed", "jobs", "summary", "warnings"):
        assert predicted[key] == real[key]
    expected = predicted["msg"].replace("would be started", "started").replace("would fail", "failed")
    assert expected == real["msg"]


def test_check_mode_fails_like_a_run(run_module):
    outcomes = reply(403, {"error_code": "DLI.0003", "error_msg": "words"})
    predicted = run_module(Service(outcomes=[outcomes]), check_mode=True, **KEYS, job_ids=[131])
    real = run_module(Service(outcomes=[outcomes]), **KEYS, job_ids=[131])
    for key in ("failed", "changed", "jobs", "msg", "http_status", "error_code", "request_ids"):
        assert predicted[key] == real[key]
    assert real["http_status"] == 403


@pytest.mark.parametrize("check_mode", [False, True])
def test_diff_mode(run_module, check_mode):
    service = Service(job(131), job(129, "job_running"))
    result = run_module(service, check_mode, diff=True, **KEYS, job_ids=[131, 129, 5])
    assert result["diff"]["before"] == "131 (job_131): job_cancel_success\n129 (job_129): job_running\n5: absent\n"
    assert result["diff"]["after"] == "131 (job_131): job_submitting\n129 (job_129): job_running\n5: absent\n"


# Secrets


def as_text(result):
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
def test_secret_from_environment_is_masked(run_module, monkeypatch, environ):
    """The service quotes access keys: "ak XXX not exist" (dli-api.md 4.4)."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    outcomes = reply(401, {"error_code": "APIGW.0301", "error_msg": f"ak {SECRET} not exist"})
    result = run_module(Service(outcomes=[outcomes]), project_id="p1", region="eu-de", job_ids=[131])
    assert result["http_status"] == 401 and "not exist" in result["msg"]
    assert SECRET not in as_text(result)


@pytest.mark.parametrize(
    "options",
    [
        KEYS,
        {**KEYS, "access_key": SECRET, "secret_key": "another"},
        {**KEYS, "secret_key": "another", "security_token": SECRET},
        {"project_id": "p1", "region": "eu-de", "auth_token": SECRET},
        {**KEYS, "secret_key": f"{SECRET}\n"},
    ],
)
def test_secret_from_option_is_masked(run_module, options):
    outcomes = reply(401, {"error_code": "APIGW.0301", "error_msg": f"ak {SECRET} not exist"})
    result = run_module(Service(outcomes=[outcomes]), **options, job_ids=[131])
    assert result["http_status"] == 401
    assert SECRET not in as_text(result)


@pytest.mark.parametrize("file", FILES)
def test_secret_from_file_is_masked(run_module, home, file):
    write(home, file)
    outcomes = reply(401, {"error_code": "APIGW.0301", "error_msg": f"ak {SECRET} not exist"})
    result = run_module(Service(outcomes=[outcomes]), **PROJECT, job_ids=[131])
    assert result["http_status"] == 401 and "not exist" in result["msg"]
    assert SECRET not in as_text(result)


@pytest.mark.parametrize(
    "options, secrets",
    [
        (USER, [SECRET]),
        ({**KEYS, **AGENCY}, [SECRET, f"{SECRET}-access", f"{SECRET}-secret"]),
        ({**PROJECT, "auth_method": "metadata"}, [SECRET, f"{SECRET}-access", f"{SECRET}-secret"]),
    ],
)
def test_secret_issued_by_iam_is_masked(run_module, options, secrets):
    outcomes = reply(401, {"error_code": "APIGW.0301", "error_msg": f"Incorrect: {' '.join(secrets)}"})
    result = run_module(Service(outcomes=[outcomes], tokens=[SECRET]), **{**options, "password": "", **options}, job_ids=[131])
    assert result["http_status"] == 401 and "Incorrect: " in result["msg"]
    assert SECRET not in as_text(result)


@pytest.mark.parametrize("option", ["endpoint", "auth_url", "metadata_url"])
def test_password_in_url_is_masked(run_module, option):
    """The URL may be valid or not."""
    for url in (f"https://user:{SECRET}@service.test", f"user:{SECRET}@service.test"):
        service = Service(job(131, name=f"with {SECRET}"))
        result = run_module(service, **{**KEYS, "secret_key": "another", option: url}, job_ids=[131])
        assert SECRET not in as_text(result)


PROXY = "http://user:2026@127.0.0.1:1"


@pytest.mark.parametrize("place", ["proxy", *PROXY_VARIABLES])
def test_password_of_proxy_does_not_change_results(run_module, monkeypatch, place):
    """The password is a part of IDs, names and texts. A masked ID is not a number, and a masked status is unknown."""
    if place != "proxy":
        monkeypatch.setenv(place, PROXY)
    service = Service(job(20261131, name="load_2026"))
    options = {"proxy": PROXY} if place == "proxy" else {}
    result = run_module(service, **{**KEYS, "secret_key": "another"}, **options, job_ids=[20261131])
    assert states(result) == [(20261131, "started", True, False)]
    assert result["jobs"][0]["name"] == "load_2026" and PROXY not in as_text(result)


@pytest.mark.parametrize("place", ["proxy", *PROXY_VARIABLES])
@pytest.mark.parametrize(
    "proxy", ["http://user:{}@127.0.0.1:1", "socks5://user:{}@127.0.0.1:1", "ftp://user:{}@proxy", "user:{}@proxy", "http://user:{}/"]
)
def test_password_of_proxy_is_not_in_messages(run_module, monkeypatch, place, proxy):
    """With the real sender: the proxy refuses the connection, or its URL is refused."""
    proxy = proxy.format(SECRET)
    if place != "proxy":
        monkeypatch.setenv(place, proxy)
    monkeypatch.setenv("NO_PROXY", "")
    service = Service()
    service.connect = HttpSession
    options = {**KEYS, "secret_key": "another", "max_retries": 0, **({"proxy": proxy} if place == "proxy" else {})}
    scheme = "http" if place.lower() == "http_proxy" else "https"
    result = run_module(service, **options, allow_http=True, endpoint=f"{scheme}://dli.invalid", job_ids=[131])
    assert result["failed"] and result["changed"] is False
    assert SECRET not in as_text(result) and "user:" not in as_text(result)


#: These letters do not occur in any other word of a result.
SHORT = ["Q", "Q~Q", "QZ~QZ"]


@pytest.mark.parametrize("short", SHORT)
@pytest.mark.parametrize(
    "options, option",
    [
        (KEYS, "access_key"),
        (KEYS, "secret_key"),
        (KEYS, "security_token"),
        (PROJECT, "auth_token"),
        (USER, "password"),
    ],
)
def test_short_secret_is_refused_with_readable_message(run_module, options, option, short):
    """Masking a short secret would remove its letters from all messages. It is refused and never returned."""
    service = Service(job(131))
    result = run_module(service, **{**options, option: short}, job_ids=[131])
    assert result["msg"] == f"Invalid {option} in the options: it has fewer than 6 characters. Specify the complete value."
    assert short not in as_text(result)
    assert service.requests == []


@pytest.mark.parametrize("letter", ["a", "e", "s", "_"])
def test_short_secret_masks_nothing(run_module, letter):
    result = run_module(Service(job(131)), **{**KEYS, "secret_key": letter}, job_ids=[131])
    assert result["msg"] == "Invalid secret_key in the options: it has fewer than 6 characters. Specify the complete value."
    arguments = result.get("invocation", {}).get("module_args")  # not returned by newer versions of ansible-core
    assert arguments is None or arguments["region"] == "cn-north-4"


def test_secret_in_job_is_masked(run_module, monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", SECRET)
    service = Service(job(131, name=f"with {SECRET}"))
    result = run_module(service, project_id="p1", region="eu-de", job_ids=[131], diff=True)
    assert result["changed"] is True
    assert SECRET not in as_text(result)


# Warnings


def test_job_named_twice_causes_warning(run_module):
    result = run_module(Service(job(131)), **KEYS, job_ids=[131, 131], job_names=["job_131"])
    assert len(result["jobs"]) == 1
    assert result["warnings"] == [
        "The option job_ids contains 131 more than once. Each job is handled once.",
        "Duplicate job: job_131 in job_names is job 131 in job_ids. Each job is handled once.",
    ]


def test_validate_certs_false_causes_warning(run_module):
    (warning,) = run_module(Service(job(131)), **KEYS, job_ids=[131], validate_certs=False)["warnings"]
    assert warning.startswith("The option validate_certs is false.")


@pytest.mark.parametrize("fails", [False, True])
def test_long_retries_cause_warning(run_module, fails):
    busy = reply(503, {"error_code": "APIGW.0613"})
    service = Service(job(131), outcomes=[busy, NotDelivered("no route")] + [busy] * (9 if fails else 0))
    (warning,) = run_module(service, **KEYS, job_ids=[131])["warnings"]
    times, seconds, count = (5, 16, 4) if fails else (2, 2, 1)
    reasons = f"HTTP 503 ({count} time{'' if count == 1 else 's'}), no route (1 time)"
    assert warning == f"{times} requests were retried: {reasons}. This delayed the task by {seconds} s."


def test_short_retries_cause_no_warning(run_module):
    service = Service(job(131), outcomes=[reply(503, {})])
    assert run_module(service, **KEYS, job_ids=[131])["warnings"] == []


@pytest.mark.parametrize("body", [b"", b"e", b"short"])
def test_invalid_token_of_metadata_service_is_not_masked(run_module, body):
    """Masking it would remove its letters from all messages."""

    class Odd(Service):
        def _identity(self, method, path):
            return HttpResponse(200, {}, body) if method == "PUT" else super()._identity(method, path)

    result = run_module(Odd(job(131)), **PROJECT, auth_method="metadata", job_ids=[131])
    assert result["msg"] == "1 of 1 job started."


def test_overall_timeout_limits_requests_to_metadata_service(run_module):
    service = Service(job(131))
    run_module(service, **PROJECT, auth_method="metadata", job_ids=[131], overall_timeout=2)
    assert service.timeouts and max(service.timeouts[:2]) <= 2


@pytest.mark.parametrize("empty", ["", " "])
def test_empty_auth_method_is_ignored(run_module, empty):
    """AWX surveys send it."""
    assert run_module(Service(job(131)), **KEYS, auth_method=empty, job_ids=[131])["changed"] is True


def test_unknown_auth_method(run_module):
    service = Service(job(131))
    result = run_module(service, **KEYS, auth_method="magic", job_ids=[131])
    assert "Invalid auth_method: 'magic' is not supported. Specify one of auto, token, aksk" in result["msg"]
    assert service.requests == []
