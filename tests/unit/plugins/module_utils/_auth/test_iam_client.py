# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The identity service: what is sent by whom, what comes of the answer, and that secrets are masked first (dli-api.md 5)."""

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
LOST = [NotDelivered("Connection refused"), ResponseLost("no complete answer within 5 s"), PermanentlyUnreachable("no such host")]


def over(*answers, deadline=None, max_retries=0):
    wire = Wire(*answers)
    clock = FakeClock()

    def transport(credential):
        return ApiClient(wire.sender(credential, NETWORK), URL, clock, 60.0, max_retries)

    return IamClient(transport, lambda: wire.sender(None, HttpOptions(direct=True)), wire.mask, clock, deadline), wire


def refusal(call, *answers, error=ServiceError, **how):
    """Make a call that fails; return the sentence."""
    iam, wire = over(*answers, **how)
    with pytest.raises(error) as caught:
        call(iam)
    assert wire.masked <= {"token-of-metadata"}
    return str(caught.value)


# A token for a user


def token(iam, scope=None):
    return iam.token("user", "a-password", "account", scope)


@pytest.mark.parametrize(
    "scope, sent",
    [
        (Scope("p1", None), {"project": {"id": "p1"}}),
        (Scope(None, "cn-north-4_team"), {"project": {"name": "cn-north-4_team"}}),
        (None, {"domain": {"name": "account"}}),
    ],
)
def test_a_token_for_a_project_or_the_account(scope, sent):
    """dli-api.md 5.1."""
    iam, wire = over(reply(201, {"token": {"project": {"id": "p7", "name": "cn-north-4"}}}, x_subject_token=TOKEN))
    assert token(iam, scope) == (TOKEN, "p7")
    (sent_one,) = wire.sent
    assert (sent_one.by, sent_one.network) == (None, NETWORK)
    request = sent_one.request
    assert (request.method, request.url) == ("POST", f"{URL}/v3/auth/tokens?nocatalog=true")
    user = {"name": "user", "password": "a-password", "domain": {"name": "account"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    assert json.loads(request.body) == {"auth": {"identity": identity, "scope": sent}}
    assert request.headers["Content-Type"] == "application/json"
    assert wire.order == ["POST /v3/auth/tokens?nocatalog=true", [TOKEN]]


@pytest.mark.parametrize(
    "answer, project_id",
    [
        ({"token": {"project": {"id": "p7"}}}, "p7"),
        ({"token": {"domain": {"id": "d"}}}, None),
        ({"token": {"project": None}}, None),
        ({"token": None}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_project_that_a_token_is_good_for_if_iam_says_it(answer, project_id):
    assert token(over(reply(201, answer, x_subject_token=TOKEN))[0])[1] == project_id


def test_a_token_counts_even_if_the_body_is_nothing():
    iam, wire = over(HttpResponse(201, {"x-subject-token": TOKEN}, b""))
    assert token(iam) == (TOKEN, None) and wire.masked == {TOKEN}


OTHER = "check auth_url and proxy: something else than the identity service may be answering there"
LOCKS = "check username, password, domain_name and project: a few wrong passwords in a row lock the user"


@pytest.mark.parametrize(
    "answer, sentence",
    [
        (
            reply(401, UNAUTHORIZED, x_request_id="r1"),
            f"HTTP 401 (The username or password is wrong.) from {URL}, request id r1; {LOCKS}.",
        ),
        (reply(401, {"error_code": "IAM.0101", "error_msg": "no"}), f"HTTP 401 IAM.0101 (no) from {URL}; {LOCKS}."),
        (reply(201, {"token": {}}), f"HTTP 201 (the answer is not what the API documents) from {URL}; {OTHER}."),
        (
            reply(201, {"token": {}}, x_subject_token=""),
            f"HTTP 201 (the answer is not what the API documents) from {URL}; {OTHER}.",
        ),
        (
            reply(201, {"token": {}}, x_subject_token="short"),
            f"HTTP 201 (the answer is not what the API documents) from {URL}; {OTHER}.",
        ),
        (reply(404, {}), f"HTTP 404 from {URL}; check auth_url, region and cloud: there is no identity service at this address."),
        (HttpResponse(200, {"x-subject-token": TOKEN}, b"{}"), f"HTTP 200 (the answer is not what the API documents) from {URL}"),
        (HttpResponse(200, {}, b"<html>"), f"HTTP 200 (the answer is not JSON) from {URL}; "),
        (reply(400, {"error": {"code": 400, "message": "bad", "title": "Bad"}}), f"HTTP 400 (bad) from {URL}; check"),
        (reply(503, {"error_code": "APIGW.0613"}), f"HTTP 503 APIGW.0613 from {URL}; the service has a problem: "),
    ],
)
def test_no_token(answer, sentence):
    message = refusal(token, answer)
    assert message.startswith(f"Could not sign in as user of account: {sentence}") and message.endswith(".")
    assert "a-password" not in message and TOKEN not in message


@pytest.mark.parametrize("status, sent", [(401, 1), (403, 1), (400, 1), (429, 4), (503, 4)])
def test_a_wrong_password_is_never_tried_again(status, sent):
    iam, wire = over(reply(status, {}), max_retries=3)
    with pytest.raises(ServiceError):
        token(iam)
    assert len(wire.sent) == sent


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
def test_iam_cannot_be_reached(error):
    message = refusal(token, error, error=type(error))
    assert message.startswith("Could not sign in as user of account: https://iam.test ") and str(error) in message


# Keys of an agency


@pytest.mark.parametrize(
    "agency",
    [{"agency_name": "agency", "domain_name": "account"}, {"agency_name": "agency", "domain_id": "d1"}],
    ids=["name", "id"],
)
@pytest.mark.parametrize("signer", [SIGNER, IamToken("hidden-token")])
def test_the_keys_of_an_agency(agency, signer):
    """dli-api.md 5.4: 24 hours are the most."""
    lent = {"access": "lent-key", "secret": "lent-secret", "securitytoken": "lent-token", "expires_at": "2026-01-03T03:04:05Z"}
    iam, wire = over(reply(201, {"credential": lent}))
    assert iam.agency_keys(signer, agency) == ("lent-key", "lent-secret", "lent-token")
    (sent,) = wire.sent
    assert (sent.by, sent.network) == (signer, NETWORK)
    assert (sent.request.method, sent.request.url) == ("POST", f"{URL}/v3.0/OS-CREDENTIAL/securitytokens")
    identity = {"methods": ["assume_role"], "assume_role": {**agency, "duration_seconds": 86400}}
    assert json.loads(sent.request.body) == {"auth": {"identity": identity}}
    assert wire.order == ["POST /v3.0/OS-CREDENTIAL/securitytokens", ["lent-key", "lent-secret", "lent-token"]]


@pytest.mark.parametrize(
    "answer, sentence",
    [
        (
            reply(403, {"error": {"code": 403, "message": "You have no right to do this action", "title": "Forbidden"}}),
            "HTTP 403 (You have no right to do this action) from https://iam.test; ask for the IAM permission "
            "iam:agencies:assume (the role Agent Operator)",
        ),
        (
            reply(401, {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information: token expires"}),
            "HTTP 401 APIGW.0301 (Incorrect IAM authentication information: token expires) from https://iam.test; the token has",
        ),
        (reply(201, {"credential": {"access": "hidden-key", "secret": "hidden-secret"}}), "HTTP 201 (the answer is not what"),
        (
            reply(201, {"credential": {"access": "hidden", "secret": "hid", "securitytoken": "hidden-token"}}),
            "HTTP 201 (the answer is not what",
        ),
        (reply(201, [{"access": "hidden-key"}]), "HTTP 201 (the answer is not what the API documents)"),
        (HttpResponse(201, {}, b"hidden"), "HTTP 201 (the answer is not JSON)"),
        (reply(200, {"credential": {"access": "hidden", "secret": "hidden", "securitytoken": "hidden"}}), "HTTP 200 ("),
    ],
)
def test_no_keys_of_an_agency(answer, sentence):
    message = refusal(lambda iam: iam.agency_keys(SIGNER, {"agency_name": "agency", "domain_name": "account"}), answer)
    assert message.startswith(f"Could not take on the agency agency: {sentence}") and message.endswith(".")
    assert "hid" not in message


# Keys of the machine

METADATA = "http://169.254.169.254"
OWN = {"access": "own-key", "secret": "own-secret", "securitytoken": "own-token", "expires_at": "2026-01-03T03:04:05Z"}
OWN_KEYS = TemporaryKeys("own-key", "own-secret", "own-token")
ASK, GET = "PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"


def machine(iam):
    return iam.machine_keys(METADATA, 5.0)


def test_the_machines_keys_with_a_token_of_the_metadata_service():
    """dli-api.md 5.4. No proxy can know the machine's own address."""
    iam, wire = over(HttpResponse(200, {}, b" token-of-metadata\n"), reply(200, {"credential": OWN}))
    assert machine(iam) == OWN_KEYS
    assert wire.order == [ASK, ["token-of-metadata"], GET, ["own-key", "own-secret", "own-token"]]
    first, second = wire.sent
    assert first.request.url == f"{METADATA}/meta-data/latest/api/token" and first.request.body is None
    assert first.request.headers == {"X-Metadata-Token-Ttl-Seconds": "21600"}
    assert second.request.url == f"{METADATA}/openstack/latest/securitykey" and second.request.body is None
    assert second.request.headers == {"X-Metadata-Token": "token-of-metadata"}
    for sent in wire.sent:
        assert (sent.by, sent.network, sent.timeout) == (None, HttpOptions(direct=True), 5.0)


@pytest.mark.parametrize("status", [404, 405, 400, 403, 500])
def test_a_metadata_service_without_tokens_wants_none(status):
    iam, wire = over(HttpResponse(status, {}, b"hidden"), reply(200, {"credential": OWN}))
    assert machine(iam) == OWN_KEYS
    assert wire.order == [ASK, GET, ["own-key", "own-secret", "own-token"]]
    assert wire.sent[1].request.headers == {}


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("before", [[], [HttpResponse(200, {}, b"token-of-metadata")], [HttpResponse(404, {}, b"")]])
def test_no_metadata_service(error, before):
    """It is not asked again: on most machines there is none."""
    iam, wire = over(*before, error)
    with pytest.raises(InputError) as caught:
        machine(iam)
    assert str(caught.value) == str(error) and len(wire.sent) == len(before) + 1


@pytest.mark.parametrize(
    "answer",
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
def test_a_machine_without_keys(answer):
    """A server without an agency gets 404."""
    message = refusal(machine, HttpResponse(200, {}, b"token-of-metadata"), answer, error=InputError)
    assert message == f"HTTP {answer.status}"


# The project by its name


def project(number, name):
    return {"id": f"p{number}", "name": name, "domain_id": "d1", "enabled": True, "parent_id": "d1", "is_domain": False}


def found(*projects):
    return reply(200, {"projects": list(projects), "links": {"self": "https://iam.test/v3/projects"}})


def look_up(iam):
    return iam.project_id(SIGNER, "cn-north-4")


@pytest.mark.parametrize(
    "projects",
    [
        [project(1, "cn-north-4")],
        # answers that are looser than the question: only the exact name counts
        [project(2, "cn-north-4_team"), project(1, "cn-north-4"), project(3, "CN-north-4")],
    ],
)
def test_the_project_of_that_name(projects):
    """dli-api.md 5.6."""
    iam, wire = over(found(*projects))
    assert look_up(iam) == "p1"
    (sent,) = wire.sent
    assert (sent.by, sent.network) == (SIGNER, NETWORK)
    assert (sent.request.method, sent.request.url) == ("GET", f"{URL}/v3/projects?name=cn-north-4")
    assert wire.masked == set()


def test_the_name_is_encoded():
    iam, wire = over(found(project(1, "größe & co")))
    assert iam.project_id(SIGNER, "größe & co") == "p1"
    assert wire.sent[0].request.url == f"{URL}/v3/projects?name=gr%C3%B6%C3%9Fe%20%26%20co"


def test_several_projects_of_that_name():
    twins = found(project(1, "cn-north-4"), project(9, "cn-north-4_team"), project(2, "cn-north-4"))
    message = refusal(look_up, twins, error=InputError)
    assert message == "there are 2 projects called cn-north-4: p1, p2; set project_id to one of them"


@pytest.mark.parametrize("first", [found(), found(project(1, "cn-north-4_team"))])
@pytest.mark.parametrize(
    "there, listed",
    [
        ([], "none at all"),
        ([project(1, "cn-north-1"), project(2, "cn-north-4_team")], "cn-north-1 (p1), cn-north-4_team (p2)"),
    ],
)
def test_no_project_of_that_name_lists_those_that_there_are(first, there, listed):
    iam, wire = over(first, found(*there))
    with pytest.raises(InputError) as caught:
        look_up(iam)
    assert str(caught.value) == (
        f"there is no project called cn-north-4 that these credentials may see; they may see {listed}."
        " Set project_id, project_name or region accordingly"
    )
    assert wire.order == ["GET /v3/projects?name=cn-north-4", "GET /v3/projects"]


@pytest.mark.parametrize("before", [[], [found()]])
@pytest.mark.parametrize(
    "answer, sentence",
    [
        (
            reply(403, {"error_code": "IAM.0003", "error_msg": "no"}),
            "HTTP 403 IAM.0003 (no) from https://iam.test; ask for the IAM permission iam:projects:list, and check project_id.",
        ),
        (
            reply(401, {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information: ak x not exist"}),
            "HTTP 401 APIGW.0301 (Incorrect IAM authentication information: ak x not exist) from https://iam.test; this cloud",
        ),
        (reply(200, {}), "HTTP 200 (the answer is not what the API documents) from https://iam.test; "),
        (reply(200, {"projects": None}), "HTTP 200 (the answer is not what the API documents) from https://iam.test; "),
        (reply(200, {"projects": [{"id": "p1"}]}), "HTTP 200 (the answer is not what the API documents) from https://iam.test; "),
        (reply(200, {"projects": ["p1"]}), "HTTP 200 (the answer is not what the API documents) from https://iam.test; "),
        (reply(200, []), "HTTP 200 (the answer is not what the API documents) from https://iam.test; "),
        (HttpResponse(200, {}, b"<html>"), "HTTP 200 (the answer is not JSON) from https://iam.test; "),
        (reply(404, {}), "HTTP 404 from https://iam.test; "),
    ],
)
def test_the_projects_cannot_be_read(before, answer, sentence):
    assert refusal(look_up, *before, answer).startswith(f"Could not look up the project: {sentence}")


# The moment at which everything must be over


@pytest.mark.parametrize(
    "call",
    [token, look_up, lambda iam: iam.agency_keys(SIGNER, {"agency_name": "a", "domain_id": "d"})],
    ids=["token", "project", "agency"],
)
def test_nothing_goes_on_beyond_the_moment_given(call):
    iam, wire = over(ResponseLost("reset"), deadline=1007.0, max_retries=9)
    with pytest.raises(ResponseLost):
        call(iam)
    assert wire.sent[0].timeout == 7.0 and len(wire.sent) < 6
    iam, wire = over(reply(), deadline=1000.0)
    with pytest.raises(NotDelivered, match="no time was left"):
        call(iam)
    assert wire.sent == []


# Temporary keys in a response

PARTS = ("access", "secret", "securitytoken")
WHOLE = {"access": "access-key", "secret": "secret-key", "securitytoken": "security-token", "expires_at": "2026-01-03T03:04:05Z"}


@pytest.mark.parametrize(
    "answer, keys",
    [
        ({"credential": WHOLE}, TemporaryKeys("access-key", "secret-key", "security-token")),
        ({"credential": {**WHOLE, "access": "123456"}}, TemporaryKeys("123456", "secret-key", "security-token")),
        # what is cut off, or something else
        *[({"credential": {**WHOLE, name: value}}, None) for name in PARTS for value in ("", None, "12345")],
        *[({"credential": {key: value for key, value in WHOLE.items() if key != name}}, None) for name in PARTS],
        (WHOLE, None),
        ({"credential": None}, None),
        ({"credential": [WHOLE]}, None),
        ({"credential": "text"}, None),
        ([{"credential": WHOLE}], None),
        ({}, None),
        (None, None),
        ("text", None),
    ],
)
def test_temporary_keys_are_whole_or_none(answer, keys):
    """dli-api.md 5.4."""
    assert temporary_keys(answer) == keys
