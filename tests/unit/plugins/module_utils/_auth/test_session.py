# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Authentication and one refresh for each task: requests, their credentials and their order (dli-api.md 5)."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.connection import resolve_connection
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.session import AuthSession
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError, NotDelivered, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.client import ApiClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.options import HttpOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import SignableRequest

from ..fakes import FakeClock, Wire, reply

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
REQUEST = SignableRequest("GET", "/", [], b"")
PROXY = "http://proxy:3128"
DEFAULTS = {"validate_certs": True, "request_timeout": 60.0, "max_retries": 0, "proxy": PROXY, "region": "cn-north-4"}
PAIR = {"access_key": "access-key", "secret_key": "secret-key"}
TOKEN = {"auth_token": "ready-token"}
USER = {"username": "user", "password": "a-password", "domain_name": "account"}
AGENCY = {"agency_name": "agency", "agency_domain_name": "lender"}
MACHINE = {"auth_method": "metadata"}

TOKEN_REQUEST = "POST /v3/auth/tokens?nocatalog=true"
KEYS_REQUEST = "POST /v3.0/OS-CREDENTIAL/securitytokens"
PROJECT_REQUEST = "GET /v3/projects?name=cn-north-4"
MACHINE_REQUESTS = ["PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"]


def token_response(value="token-of-iam", project="p1"):
    return reply(201, {"token": {"project": {"id": project}} if project else {}}, x_subject_token=value)


def keys_response(mark, status=201):
    keys = {"access": f"{mark}-access", "secret": f"{mark}-secret", "securitytoken": f"{mark}-token"}
    return reply(status, {"credential": keys})


def keys_of(mark, project_id=None):
    return AccessKey(f"{mark}-access", f"{mark}-secret", f"{mark}-token", project_id)


PROJECT = reply(200, {"projects": [{"id": "p1", "name": "cn-north-4"}]})
NO_TOKENS = reply(404, {})


def begin(*responses, deadline=None, **options):
    """Authenticate; return the session and the wire."""
    wire = Wire(*(responses or [AssertionError("no request is expected")]))
    clock = FakeClock()
    connection = resolve_connection({**DEFAULTS, **options}, {}, {}.get)

    def transport(sender, address):
        return ApiClient(sender, address, clock, connection.request_timeout, connection.max_retries)

    session = AuthSession(connection, wire.sender, transport, wire.mask, clock)
    session.authenticate(deadline)
    return session, wire


def assert_signs_as(session, credential):
    assert session.headers(REQUEST, NOW) == credential.headers(REQUEST, NOW)


#: Masked values of keys, and the requests for them.
LENT, OWN = sorted(keys_of("lent").secrets()), sorted(keys_of("own").secrets())
OWN_KEYS = [(None, MACHINE_REQUESTS[0]), (None, MACHINE_REQUESTS[1]), OWN]
GET_TOKEN = [(None, TOKEN_REQUEST), ["token-of-iam"]]

#: options, responses -> signer, requests with their signers and masked values in their order
TABLE = [
    # the project ID is known
    ({**PAIR, "project_id": "p1"}, [], AccessKey("access-key", "secret-key", None, "p1"), []),
    (
        {**PAIR, "security_token": "security-token", "project_id": "p1"},
        [],
        AccessKey("access-key", "secret-key", "security-token", "p1"),
        [],
    ),
    ({**TOKEN, "project_id": "p1"}, [], IamToken("ready-token"), []),
    ({**USER, "project_id": "p1"}, [token_response()], IamToken("token-of-iam"), GET_TOKEN),
    (
        {**PAIR, **AGENCY, "project_id": "p1"},
        [keys_response("lent")],
        keys_of("lent", "p1"),
        [(AccessKey("access-key", "secret-key"), KEYS_REQUEST), LENT],
    ),
    (
        {**TOKEN, **AGENCY, "project_id": "p1"},
        [keys_response("lent")],
        keys_of("lent", "p1"),
        [(IamToken("ready-token"), KEYS_REQUEST), LENT],
    ),
    (
        {**USER, **AGENCY, "project_id": "p1"},
        [token_response(project=None), keys_response("lent")],
        keys_of("lent", "p1"),
        [*GET_TOKEN, (IamToken("token-of-iam"), KEYS_REQUEST), LENT],
    ),
    (
        {**MACHINE, "project_id": "p1"},
        [NO_TOKENS, keys_response("own", 200)],
        keys_of("own", "p1"),
        OWN_KEYS,
    ),
    (
        {**MACHINE, **AGENCY, "project_id": "p1"},
        [NO_TOKENS, keys_response("own", 200), keys_response("lent")],
        keys_of("lent", "p1"),
        [*OWN_KEYS, (keys_of("own"), KEYS_REQUEST), LENT],
    ),
    # only the name of the project is known; signed without X-Project-Id (dli-api.md 5.6)
    (
        PAIR,
        [PROJECT],
        AccessKey("access-key", "secret-key", None, "p1"),
        [(AccessKey("access-key", "secret-key"), PROJECT_REQUEST)],
    ),
    (TOKEN, [PROJECT], IamToken("ready-token"), [(IamToken("ready-token"), PROJECT_REQUEST)]),
    # IAM returns the project of a token
    (USER, [token_response()], IamToken("token-of-iam"), GET_TOKEN),
    (
        USER,
        [token_response(project=None), PROJECT],
        IamToken("token-of-iam"),
        [*GET_TOKEN, (IamToken("token-of-iam"), PROJECT_REQUEST)],
    ),
    # the project belongs to the account of the agency
    (
        {**USER, **AGENCY},
        [token_response(project="a project of the user"), keys_response("lent"), PROJECT],
        keys_of("lent", "p1"),
        [*GET_TOKEN, (IamToken("token-of-iam"), KEYS_REQUEST), LENT, (keys_of("lent"), PROJECT_REQUEST)],
    ),
    (
        MACHINE,
        [NO_TOKENS, keys_response("own", 200), PROJECT],
        keys_of("own", "p1"),
        [*OWN_KEYS, (keys_of("own"), PROJECT_REQUEST)],
    ),
]


@pytest.mark.parametrize("options, responses, signer, events", TABLE)
def test_requests_and_their_signers(options, responses, signer, events):
    """Each secret is masked before the next request."""
    session, wire = begin(*responses, **options)
    assert session.project_id == "p1"
    assert_signs_as(session, signer)
    senders = iter(wire.sent)
    order = [event if isinstance(event, list) else (next(senders).by, event) for event in wire.order]
    assert order == events
    assert session.refresh_error is None


@pytest.mark.parametrize("options, responses, signer, events", TABLE)
def test_iam_requests_use_the_proxy_and_metadata_requests_do_not(options, responses, signer, events):
    _session, wire = begin(*responses, **options)
    for sent in wire.sent:
        is_iam = sent.request.url.startswith("https://iam.cn-north-4.myhuaweicloud.com/")
        assert is_iam != sent.request.url.startswith("http://169.254.169.254/")
        assert sent.network == (HttpOptions(proxy=PROXY) if is_iam else HttpOptions(direct=True))


@pytest.mark.parametrize("scope", [{"project_id": "p1"}, {"project_name": "cn-north-4_team"}, {}])
def test_a_user_authenticates_for_the_project(scope):
    _session, wire = begin(token_response(), **USER, **scope)
    sent = json.loads(wire.sent[0].request.body)["auth"]["scope"]
    name = scope.get("project_name", "cn-north-4")
    assert sent == {"project": {"id": "p1"} if "project_id" in scope else {"name": name}}


def test_a_user_with_an_agency_authenticates_for_the_account():
    """The project belongs to another account."""
    _session, wire = begin(token_response(project=None), keys_response("lent"), **USER, **AGENCY, project_id="p1")
    assert json.loads(wire.sent[0].request.body)["auth"]["scope"] == {"domain": {"name": "account"}}


@pytest.mark.parametrize(
    "options, source",
    [
        (PAIR, "the options (access key and secret key)"),
        (TOKEN, "the options (IAM token)"),
        (USER, "the options (user name and password)"),
        ({**USER, **AGENCY}, "the options (user name and password, then the agency agency)"),
        (MACHINE, "the metadata service (temporary keys of the machine)"),
    ],
)
def test_the_source_is_known_before_authentication(options, source):
    connection = resolve_connection({**DEFAULTS, **options, "project_id": "p1"}, {}, {}.get)
    session = AuthSession(connection, None, None, None, None)
    assert (session.source, session.hint, session.project_id) == (source, "", "")


@pytest.mark.parametrize(
    "responses, options, error",
    [
        ([reply(401, {})], USER, ServiceError),
        ([reply(403, {})], {**PAIR, **AGENCY}, ServiceError),
        ([NotDelivered("refused")], MACHINE, InputError),
        ([reply(200, {"projects": []})], PAIR, InputError),
        ([NotDelivered("refused")], PAIR, NotDelivered),
    ],
)
def test_a_failed_request_ends_the_authentication(responses, options, error):
    with pytest.raises(error):
        begin(*responses, **options)


def test_the_deadline_of_the_authentication():
    with pytest.raises(NotDelivered, match="the time limit was reached"):
        begin(deadline=1000.0, **USER)


# Refresh


@pytest.mark.parametrize(
    "options, signer",
    [
        (PAIR, AccessKey("access-key", "secret-key", None, "p1")),
        ({**PAIR, "security_token": "security-token"}, AccessKey("access-key", "secret-key", "security-token", "p1")),
        (TOKEN, IamToken("ready-token")),
    ],
)
def test_keys_and_tokens_are_not_refreshable(options, signer):
    session, wire = begin(**options, project_id="p1")
    assert session.refresh(None) is False
    assert_signs_as(session, signer)
    assert (session.refresh_error, wire.sent) == (None, [])


REFRESHABLE = [
    (
        USER,
        [token_response("token-1")],
        IamToken("token-1"),
        [token_response("token-2")],
        IamToken("token-2"),
        [TOKEN_REQUEST],
    ),
    (
        {**USER, "project_id": "p1"},
        [token_response("token-1")],
        IamToken("token-1"),
        [token_response("token-2")],
        IamToken("token-2"),
        [TOKEN_REQUEST],
    ),
    (
        {**PAIR, **AGENCY},
        [keys_response("lent"), PROJECT],
        keys_of("lent", "p1"),
        [keys_response("again")],
        keys_of("again", "p1"),
        [KEYS_REQUEST],
    ),
    (
        {**USER, **AGENCY},
        [token_response("token-1"), keys_response("lent"), PROJECT],
        keys_of("lent", "p1"),
        [token_response("token-2"), keys_response("again")],
        keys_of("again", "p1"),
        [TOKEN_REQUEST, KEYS_REQUEST],
    ),
    (
        MACHINE,
        [NO_TOKENS, keys_response("own", 200), PROJECT],
        keys_of("own", "p1"),
        [NO_TOKENS, keys_response("again", 200)],
        keys_of("again", "p1"),
        MACHINE_REQUESTS,
    ),
]


@pytest.mark.parametrize("options, responses, first, again, second, requests", REFRESHABLE)
def test_credentials_are_refreshed_once(options, responses, first, again, second, requests):
    """The project is known, so it is not looked up again."""
    session, wire = begin(*responses, **options)
    assert_signs_as(session, first)
    wire.responses = [*again, AssertionError("only once")]
    wire.events.clear()
    assert session.refresh(None) is True
    assert_signs_as(session, second)
    assert [event for event in wire.order if isinstance(event, str)] == requests
    assert set(second.secrets()) <= wire.masked and session.project_id == "p1"
    assert session.refresh(None) is False
    assert_signs_as(session, second)
    assert session.refresh_error is None


def test_a_refresh_uses_the_project_that_iam_returned():
    session, wire = begin(token_response("token-1", project="p7"), **USER)
    session.refresh(None)
    assert json.loads(wire.sent[-1].request.body)["auth"]["scope"] == {"project": {"id": "p7"}}


@pytest.mark.parametrize("options, responses, first, _again, _second, _requests", REFRESHABLE)
@pytest.mark.parametrize("problem, message", [(reply(401, {}), "HTTP 401"), (NotDelivered("no route"), "no route")])
def test_a_failed_refresh_is_not_repeated(options, responses, first, _again, _second, _requests, problem, message):
    session, wire = begin(*responses, **options)
    wire.responses = [problem]
    assert session.refresh(None) is False
    assert message in str(session.refresh_error)
    assert_signs_as(session, first)
    count, error = len(wire.sent), session.refresh_error
    assert session.refresh(None) is False
    assert (len(wire.sent), session.refresh_error) == (count, error)


def test_the_deadline_of_a_refresh():
    session, wire = begin(token_response(), **USER)
    assert session.refresh(1000.0) is False
    assert "the time limit was reached" in str(session.refresh_error) and len(wire.sent) == 1
