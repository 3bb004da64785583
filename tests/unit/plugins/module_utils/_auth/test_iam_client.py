# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The identity service: requests and their credentials, parsing of responses, and masking of secrets (dli-api.md 5)."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.iam_client import (
    IamClient,
    Scope,
    TemporaryKeys,
    temporary_keys,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    InputError,
    NotDelivered,
    PermanentlyUnreachable,
    ResponseLost,
    ServiceError,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.client import ApiClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.options import HttpOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import HttpResponse

from ..fakes import FakeClock, Wire, reply

URL = "https://iam.test"
NETWORK = HttpOptions(proxy="http://proxy:3128")
SIGNER = AccessKey("access-key", "secret-key")
TOKEN = "MIIa-long-token"
UNAUTHORIZED = {"error": {"code": 401, "message": "The username or password is wrong.", "title": "Unauthorized"}}
LOST = [NotDelivered("Connection refused"), ResponseLost("timed out after 5 s"), PermanentlyUnreachable("no such host")]


def over(*responses, deadline=None, max_retries=0):
    wire = Wire(*responses)
    clock = FakeClock()

    def transport(credential):
        return ApiClient(wire.sender(credential, NETWORK), URL, clock, 60.0, max_retries)

    return IamClient(transport, lambda: wire.sender(None, HttpOptions(direct=True)), wire.mask, clock, deadline), wire


def refusal(call, *responses, error=ServiceError, **options):
    """Make a call that fails; return its message."""
    iam, wire = over(*responses, **options)
    with pytest.raises(error) as caught:
        call(iam)
    assert wire.masked <= {"token-of-metadata"}
    return str(caught.value)


# A token for a user


def token(iam, scope=None):
    return iam.token("user", "a-password", "account", scope)


@pytest.mark.parametrize(
    "scope, sent_scope",
    [
        (Scope("p1", None), {"project": {"id": "p1"}}),
        (Scope(None, "cn-north-4_team"), {"project": {"name": "cn-north-4_team"}}),
        (None, {"domain": {"name": "account"}}),
    ],
)
def test_a_token_for_a_project_or_the_account(scope, sent_scope):
    """dli-api.md 5.1."""
    iam, wire = over(reply(201, {"token": {"project": {"id": "p7", "name": "cn-north-4"}}}, x_subject_token=TOKEN))
    assert token(iam, scope) == (TOKEN, "p7")
    (sent,) = wire.sent
    assert (sent.by, sent.network) == (None, NETWORK)
    request = sent.request
    assert (request.method, request.url) == ("POST", f"{URL}/v3/auth/tokens?nocatalog=true")
    user = {"name": "user", "password": "a-password", "domain": {"name": "account"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    assert json.loads(request.body) == {"auth": {"identity": identity, "scope": sent_scope}}
    assert request.headers["Content-Type"] == "application/json"
    assert wire.order == ["POST /v3/auth/tokens?nocatalog=true", [TOKEN]]


@pytest.mark.parametrize(
    "response, project_id",
    [
        ({"token": {"project": {"id": "p7"}}}, "p7"),
        ({"token": {"project": {"id": ["p7"]}}}, None),
        ({"token": {"domain": {"id": "d"}}}, None),
        ({"token": {"project": None}}, None),
        ({"token": None}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_project_of_a_token_if_iam_returns_it(response, project_id):
    assert token(over(reply(201, response, x_subject_token=TOKEN))[0])[1] == project_id


def test_a_token_in_a_response_without_body_is_used():
    iam, wire = over(HttpResponse(201, {"x-subject-token": TOKEN}, b""))
    assert token(iam) == (TOKEN, None) and wire.masked == {TOKEN}


OTHER = "A server other than the identity service (IAM) may have responded. Check auth_url and proxy."
LOCKS = "Check username, password, domain_name and project. Several consecutive wrong passwords lock the user."


@pytest.mark.parametrize(
    "response, start",
    [
        (
            reply(401, UNAUTHORIZED, x_request_id="r1"),
            f"HTTP 401 (The username or password is wrong.) from {URL}, request ID r1. {LOCKS}",
        ),
        (reply(401, {"error_code": "IAM.0101", "error_msg": "no"}), f"HTTP 401 IAM.0101 (no) from {URL}. {LOCKS}"),
        (reply(201, {"token": {}}), f"HTTP 201 (the response does not match the API documentation) from {URL}. {OTHER}"),
        (
            reply(201, {"token": {}}, x_subject_token=""),
            f"HTTP 201 (the response does not match the API documentation) from {URL}. {OTHER}",
        ),
        (
            reply(201, {"token": {}}, x_subject_token="short"),
            f"HTTP 201 (the response does not match the API documentation) from {URL}. {OTHER}",
        ),
        (
            reply(404, {}),
            f"HTTP 404 from {URL}. There is no identity service (IAM) at this address. Check auth_url, region and cloud.",
        ),
        (
            HttpResponse(200, {"x-subject-token": TOKEN}, b"{}"),
            f"HTTP 200 (the response does not match the API documentation) from {URL}",
        ),
        (HttpResponse(200, {}, b"text"), f"HTTP 200 (the response is not JSON) from {URL}. {OTHER}"),
        (HttpResponse(401, {}, b"<html>"), f"a server other than the service responded, between this host and {URL} or at "),
        (
            reply(400, {"error": {"code": 400, "message": "bad", "title": "Bad"}}),
            f"HTTP 400 (bad) from {URL}. Check the options.",
        ),
        (reply(503, {"error_code": "APIGW.0613"}), f"HTTP 503 APIGW.0613 from {URL}. Try again later. "),
    ],
)
def test_a_failed_token_request(response, start):
    message = refusal(token, response)
    assert message.startswith(f"Could not authenticate as user user of account account: {start}") and message.endswith(".")
    assert "a-password" not in message and TOKEN not in message


@pytest.mark.parametrize("status, sent", [(401, 1), (403, 1), (400, 1), (429, 4), (503, 4)])
def test_a_wrong_password_is_never_retried(status, sent):
    iam, wire = over(reply(status, {}), max_retries=3)
    with pytest.raises(ServiceError):
        token(iam)
    assert len(wire.sent) == sent


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_iam_is_unreachable(error):
    message = refusal(token, error, error=type(error))
    assert message.startswith("Could not authenticate as user user of account account: ")
    assert "https://iam.test" in message and str(error) in message


# Keys of an agency


@pytest.mark.parametrize(
    "agency",
    [{"agency_name": "agency", "domain_name": "account"}, {"agency_name": "agency", "domain_id": "d1"}],
    ids=["name", "id"],
)
@pytest.mark.parametrize("signer", [SIGNER, IamToken("hidden-token")])
def test_the_keys_of_an_agency(agency, signer):
    """dli-api.md 5.4: the maximum is 24 hours."""
    keys = {
        "access": "lent-key",
        "secret": "lent-secret",
        "securitytoken": "lent-token",
        "expires_at": "2026-01-03T03:04:05Z",
    }
    iam, wire = over(reply(201, {"credential": keys}))
    assert iam.agency_keys(signer, agency) == ("lent-key", "lent-secret", "lent-token")
    (sent,) = wire.sent
    assert (sent.by, sent.network) == (signer, NETWORK)
    assert (sent.request.method, sent.request.url) == ("POST", f"{URL}/v3.0/OS-CREDENTIAL/securitytokens")
    identity = {"methods": ["assume_role"], "assume_role": {**agency, "duration_seconds": 86400}}
    assert json.loads(sent.request.body) == {"auth": {"identity": identity}}
    assert wire.order == ["POST /v3.0/OS-CREDENTIAL/securitytokens", ["lent-key", "lent-secret", "lent-token"]]


@pytest.mark.parametrize(
    "response, start",
    [
        (
            reply(403, {"error": {"code": 403, "message": "You have no right to do this action", "title": "Forbidden"}}),
            "HTTP 403 (You have no right to do this action) from https://iam.test. Grant the IAM permission "
            "iam:agencies:assume (the role Agent Operator) to the user of these credentials, and check project_id.",
        ),
        (
            reply(401, {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information: token expires"}),
            "HTTP 401 APIGW.0301 (Incorrect IAM authentication information: token expires) from https://iam.test."
            " The token has expired",
        ),
        (
            reply(201, {"credential": {"access": "hidden-key", "secret": "hidden-secret"}}),
            "HTTP 201 (the response does not match",
        ),
        (
            reply(201, {"credential": {"access": "hidden", "secret": "hid", "securitytoken": "hidden-token"}}),
            "HTTP 201 (the response does not match",
        ),
        (reply(201, [{"access": "hidden-key"}]), "HTTP 201 (the response does not match the API documentation)"),
        (HttpResponse(201, {}, b"hidden"), "HTTP 201 (the response is not JSON)"),
        (reply(200, {"credential": {"access": "hidden", "secret": "hidden", "securitytoken": "hidden"}}), "HTTP 200 ("),
    ],
)
def test_a_failed_request_for_agency_keys(response, start):
    message = refusal(lambda iam: iam.agency_keys(SIGNER, {"agency_name": "agency", "domain_name": "account"}), response)
    assert message.startswith(f"Could not assume the agency agency: {start}") and message.endswith(".")
    assert "hid" not in message


# Keys of the machine

METADATA = "http://169.254.169.254"
OWN = {"access": "own-key", "secret": "own-secret", "securitytoken": "own-token", "expires_at": "2026-01-03T03:04:05Z"}
OWN_KEYS = TemporaryKeys("own-key", "own-secret", "own-token")
TOKEN_REQUEST, KEY_REQUEST = "PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"


def machine(iam):
    return iam.machine_keys(METADATA, 5.0)


def test_the_keys_of_the_machine_with_a_token_of_the_metadata_service():
    """dli-api.md 5.4. The address is link-local, so the requests use no proxy."""
    iam, wire = over(HttpResponse(200, {}, b" token-of-metadata\n"), reply(200, {"credential": OWN}))
    assert machine(iam) == OWN_KEYS
    assert wire.order == [TOKEN_REQUEST, ["token-of-metadata"], KEY_REQUEST, ["own-key", "own-secret", "own-token"]]
    first, second = wire.sent
    assert first.request.url == f"{METADATA}/meta-data/latest/api/token" and first.request.body is None
    assert first.request.headers == {"X-Metadata-Token-Ttl-Seconds": "21600"}
    assert second.request.url == f"{METADATA}/openstack/latest/securitykey" and second.request.body is None
    assert second.request.headers == {"X-Metadata-Token": "token-of-metadata"}
    for sent in wire.sent:
        assert (sent.by, sent.network, sent.timeout) == (None, HttpOptions(direct=True), 5.0)


@pytest.mark.parametrize("status", [404, 405, 400, 403, 500])
def test_a_metadata_service_without_tokens_requires_none(status):
    iam, wire = over(HttpResponse(status, {}, b"hidden"), reply(200, {"credential": OWN}))
    assert machine(iam) == OWN_KEYS
    assert wire.order == [TOKEN_REQUEST, KEY_REQUEST, ["own-key", "own-secret", "own-token"]]
    assert wire.sent[1].request.headers == {}


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("before", [[], [HttpResponse(200, {}, b"token-of-metadata")], [HttpResponse(404, {}, b"")]])
def test_requests_to_the_metadata_service_are_not_retried(error, before):
    """Most machines have no metadata service."""
    iam, wire = over(*before, error)
    with pytest.raises(InputError) as caught:
        machine(iam)
    assert str(caught.value) == str(error) and len(wire.sent) == len(before) + 1


@pytest.mark.parametrize(
    "response",
    [
        reply(404, {"message": "hidden"}),
        reply(401, {}),
        reply(500, {"credential": OWN}),
        reply(200, {"credential": {**OWN, "secret": "short"}}),
        reply(200, {"credential": {**OWN, "securitytoken": ""}}),
        reply(200, {"credential": None}),
        reply(200, []),
        HttpResponse(200, {}, b"<html>hidden"),
        HttpResponse(200, {}, b""),
    ],
)
def test_a_machine_without_keys(response):
    """A server without an agency receives HTTP 404."""
    message = refusal(machine, HttpResponse(200, {}, b"token-of-metadata"), response, error=InputError)
    assert message == f"HTTP {response.status}"


# The project with a name


def project(number, name):
    return {"id": f"p{number}", "name": name, "domain_id": "d1", "enabled": True, "parent_id": "d1", "is_domain": False}


def found(*projects):
    return reply(200, {"projects": list(projects), "links": {"self": "https://iam.test/v3/projects"}})


def find_project(iam):
    return iam.project_id(SIGNER, "cn-north-4")


@pytest.mark.parametrize(
    "projects",
    [
        [project(1, "cn-north-4")],
        # a response with other names than the requested one: only the exact name is used
        [project(2, "cn-north-4_team"), project(1, "cn-north-4"), project(3, "CN-north-4")],
    ],
)
def test_the_project_with_a_name(projects):
    """dli-api.md 5.6."""
    iam, wire = over(found(*projects))
    assert find_project(iam) == "p1"
    (sent,) = wire.sent
    assert (sent.by, sent.network) == (SIGNER, NETWORK)
    assert (sent.request.method, sent.request.url) == ("GET", f"{URL}/v3/projects?name=cn-north-4")
    assert wire.masked == set()


def test_the_name_is_encoded():
    iam, wire = over(found(project(1, "größe & co")))
    assert iam.project_id(SIGNER, "größe & co") == "p1"
    assert wire.sent[0].request.url == f"{URL}/v3/projects?name=gr%C3%B6%C3%9Fe%20%26%20co"


def test_several_projects_with_the_same_name():
    twins = found(project(1, "cn-north-4"), project(9, "cn-north-4_team"), project(2, "cn-north-4"))
    message = refusal(find_project, twins, error=InputError)
    assert message == "Found 2 projects with the name cn-north-4: p1, p2. Set project_id to one of these IDs."


@pytest.mark.parametrize("first", [found(), found(project(1, "cn-north-4_team"))])
@pytest.mark.parametrize(
    "available, listed",
    [
        ([], "none"),
        ([project(1, "cn-north-1"), project(2, "cn-north-4_team")], "cn-north-1 (p1), cn-north-4_team (p2)"),
    ],
)
def test_the_message_for_an_unknown_project_lists_the_available_projects(first, available, listed):
    iam, wire = over(first, found(*available))
    with pytest.raises(InputError) as caught:
        find_project(iam)
    assert str(caught.value) == (
        f"Project cn-north-4 not found. Projects that these credentials have access to: {listed}."
        " Set project_id, project_name or region accordingly."
    )
    assert wire.order == ["GET /v3/projects?name=cn-north-4", "GET /v3/projects"]


@pytest.mark.parametrize("before", [[], [found()]])
@pytest.mark.parametrize(
    "response, start",
    [
        (
            reply(403, {"error_code": "IAM.0003", "error_msg": "no"}),
            "HTTP 403 IAM.0003 (no) from https://iam.test. Grant the IAM permission "
            "iam:projects:list to the user of these credentials, and check project_id.",
        ),
        (
            reply(
                401, {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information: ak x not exist"}
            ),
            "HTTP 401 APIGW.0301 (Incorrect IAM authentication information: ak x not exist) from https://iam.test."
            " The access key does not exist",
        ),
        (reply(200, {}), "HTTP 200 (the response does not match the API documentation) from https://iam.test. "),
        (found(project(1, ["cn-north-4"])), "HTTP 200 (the response does not match the API documentation) from "),
        (
            reply(200, {"projects": None}),
            "HTTP 200 (the response does not match the API documentation) from https://iam.test. ",
        ),
        (
            reply(200, {"projects": [{"id": "p1"}]}),
            "HTTP 200 (the response does not match the API documentation) from https://iam.test. ",
        ),
        (
            reply(200, {"projects": ["p1"]}),
            "HTTP 200 (the response does not match the API documentation) from https://iam.test. ",
        ),
        (reply(200, []), "HTTP 200 (the response does not match the API documentation) from https://iam.test. "),
        (HttpResponse(200, {}, b"text"), "HTTP 200 (the response is not JSON) from https://iam.test. "),
        (reply(404, {}), "HTTP 404 from https://iam.test. "),
    ],
)
def test_a_failed_project_request(before, response, start):
    assert refusal(find_project, *before, response).startswith(f"Could not list the projects: {start}")


# The deadline


@pytest.mark.parametrize(
    "call",
    [token, find_project, lambda iam: iam.agency_keys(SIGNER, {"agency_name": "a", "domain_id": "d"})],
    ids=["token", "project", "agency"],
)
def test_no_request_continues_after_the_deadline(call):
    iam, wire = over(ResponseLost("reset"), deadline=1007.0, max_retries=9)
    with pytest.raises(ResponseLost):
        call(iam)
    assert wire.sent[0].timeout == 7.0 and len(wire.sent) < 6
    iam, wire = over(reply(), deadline=1000.0)
    with pytest.raises(NotDelivered, match="the time limit was reached"):
        call(iam)
    assert wire.sent == []


# Temporary keys in a response

PARTS = ("access", "secret", "securitytoken")
COMPLETE = {
    "access": "access-key",
    "secret": "secret-key",
    "securitytoken": "security-token",
    "expires_at": "2026-01-03T03:04:05Z",
}


@pytest.mark.parametrize(
    "response, keys",
    [
        ({"credential": COMPLETE}, TemporaryKeys("access-key", "secret-key", "security-token")),
        ({"credential": {**COMPLETE, "access": "123456"}}, TemporaryKeys("123456", "secret-key", "security-token")),
        # truncated or invalid responses
        *[({"credential": {**COMPLETE, name: value}}, None) for name in PARTS for value in ("", None, "12345", ["a-long-key"])],
        *[({"credential": {key: value for key, value in COMPLETE.items() if key != name}}, None) for name in PARTS],
        (COMPLETE, None),
        ({"credential": None}, None),
        ({"credential": [COMPLETE]}, None),
        ({"credential": "text"}, None),
        ([{"credential": COMPLETE}], None),
        ({}, None),
        (None, None),
        ("text", None),
    ],
)
def test_temporary_keys_are_complete_or_none(response, keys):
    """dli-api.md 5.4."""
    assert temporary_keys(response) == keys
