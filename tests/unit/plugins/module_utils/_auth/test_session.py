# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Signing in once a task, and once more if that dies on the way: who asks whom for what, and in which order (dli-api.md 5)."""

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

ASK_TOKEN = "POST /v3/auth/tokens?nocatalog=true"
ASK_KEYS = "POST /v3.0/OS-CREDENTIAL/securitytokens"
ASK_PROJECT = "GET /v3/projects?name=cn-north-4"
ASK_MACHINE = ["PUT /meta-data/latest/api/token", "GET /openstack/latest/securitykey"]


def token_answer(value="token-of-iam", project="p1"):
    return reply(201, {"token": {"project": {"id": project}} if project else {}}, x_subject_token=value)


def keys_answer(mark, status=201):
    keys = {"access": f"{mark}-access", "secret": f"{mark}-secret", "securitytoken": f"{mark}-token"}
    return reply(status, {"credential": keys})


def keys_of(mark, project_id=None):
    return AccessKey(f"{mark}-access", f"{mark}-secret", f"{mark}-token", project_id)


PROJECT = reply(200, {"projects": [{"id": "p1", "name": "cn-north-4"}]})
NO_TOKENS = reply(404, {})


def begin(*answers, deadline=None, **options):
    """Sign in; return the sign-in and the wire."""
    wire = Wire(*(answers or [AssertionError("nothing was to be sent")]))
    clock = FakeClock()
    connection = resolve_connection({**DEFAULTS, **options}, {}, {}.get)

    def transport(sender, address):
        return ApiClient(sender, address, clock, connection.request_timeout, connection.max_retries)

    sign_in = AuthSession(connection, wire.sender, transport, wire.mask, clock)
    sign_in.login(deadline)
    return sign_in, wire


def assert_signs_as(sign_in, credential):
    assert sign_in.headers(REQUEST, NOW) == credential.headers(REQUEST, NOW)


#: What is masked once the keys are known, and the requests for them.
LENT, OWN = sorted(keys_of("lent").secrets()), sorted(keys_of("own").secrets())
OWN_KEYS = [(None, ASK_MACHINE[0]), (None, ASK_MACHINE[1]), OWN]
GET_TOKEN = [(None, ASK_TOKEN), ["token-of-iam"]]

#: who, answers -> credential, who sent what
TABLE = [
    # the project is known
    ({**PAIR, "project_id": "p1"}, [], AccessKey("access-key", "secret-key", None, "p1"), []),
    (
        {**PAIR, "security_token": "security-token", "project_id": "p1"},
        [],
        AccessKey("access-key", "secret-key", "security-token", "p1"),
        [],
    ),
    ({**TOKEN, "project_id": "p1"}, [], IamToken("ready-token"), []),
    ({**USER, "project_id": "p1"}, [token_answer()], IamToken("token-of-iam"), GET_TOKEN),
    (
        {**PAIR, **AGENCY, "project_id": "p1"},
        [keys_answer("lent")],
        keys_of("lent", "p1"),
        [(AccessKey("access-key", "secret-key"), ASK_KEYS), LENT],
    ),
    (
        {**TOKEN, **AGENCY, "project_id": "p1"},
        [keys_answer("lent")],
        keys_of("lent", "p1"),
        [(IamToken("ready-token"), ASK_KEYS), LENT],
    ),
    (
        {**USER, **AGENCY, "project_id": "p1"},
        [token_answer(project=None), keys_answer("lent")],
        keys_of("lent", "p1"),
        [*GET_TOKEN, (IamToken("token-of-iam"), ASK_KEYS), LENT],
    ),
    (
        {**MACHINE, "project_id": "p1"},
        [NO_TOKENS, keys_answer("own", 200)],
        keys_of("own", "p1"),
        OWN_KEYS,
    ),
    (
        {**MACHINE, **AGENCY, "project_id": "p1"},
        [NO_TOKENS, keys_answer("own", 200), keys_answer("lent")],
        keys_of("lent", "p1"),
        [*OWN_KEYS, (keys_of("own"), ASK_KEYS), LENT],
    ),
    # only its name is known; signed without X-Project-Id (dli-api.md 5.6)
    (PAIR, [PROJECT], AccessKey("access-key", "secret-key", None, "p1"), [(AccessKey("access-key", "secret-key"), ASK_PROJECT)]),
    (TOKEN, [PROJECT], IamToken("ready-token"), [(IamToken("ready-token"), ASK_PROJECT)]),
    # IAM says of a token what it is good for
    (USER, [token_answer()], IamToken("token-of-iam"), GET_TOKEN),
    (
        USER,
        [token_answer(project=None), PROJECT],
        IamToken("token-of-iam"),
        [*GET_TOKEN, (IamToken("token-of-iam"), ASK_PROJECT)],
    ),
    # the project is the agency's, whoever took it on
    (
        {**USER, **AGENCY},
        [token_answer(project="a project of the user"), keys_answer("lent"), PROJECT],
        keys_of("lent", "p1"),
        [*GET_TOKEN, (IamToken("token-of-iam"), ASK_KEYS), LENT, (keys_of("lent"), ASK_PROJECT)],
    ),
    (
        MACHINE,
        [NO_TOKENS, keys_answer("own", 200), PROJECT],
        keys_of("own", "p1"),
        [*OWN_KEYS, (keys_of("own"), ASK_PROJECT)],
    ),
]


@pytest.mark.parametrize("who, answers, signs, happened", TABLE)
def test_who_asks_whom_for_what(who, answers, signs, happened):
    """Each secret is masked before anything else happens."""
    sign_in, wire = begin(*answers, **who)
    assert sign_in.project_id == "p1"
    assert_signs_as(sign_in, signs)
    senders = iter(wire.sent)
    order_of_calls = [what if isinstance(what, list) else (next(senders).by, what) for what in wire.order]
    assert order_of_calls == happened
    assert sign_in.refresh_error is None


@pytest.mark.parametrize("who, answers, signs, happened", TABLE)
def test_iam_is_reached_like_dli_and_the_machine_directly(who, answers, signs, happened):
    _sign_in, wire = begin(*answers, **who)
    for sent in wire.sent:
        is_iam = sent.request.url.startswith("https://iam.cn-north-4.myhuaweicloud.com/")
        assert is_iam != sent.request.url.startswith("http://169.254.169.254/")
        assert sent.network == (HttpOptions(proxy=PROXY) if is_iam else HttpOptions(direct=True))


@pytest.mark.parametrize("scope", [{"project_id": "p1"}, {"project_name": "cn-north-4_team"}, {}])
def test_a_user_signs_in_for_the_project(scope):
    _sign_in, wire = begin(token_answer(), **USER, **scope)
    sent = json.loads(wire.sent[0].request.body)["auth"]["scope"]
    name = scope.get("project_name", "cn-north-4")
    assert sent == {"project": {"id": "p1"} if "project_id" in scope else {"name": name}}


def test_a_user_who_takes_on_an_agency_signs_in_for_the_account():
    """The project belongs to another account."""
    _sign_in, wire = begin(token_answer(project=None), keys_answer("lent"), **USER, **AGENCY, project_id="p1")
    assert json.loads(wire.sent[0].request.body)["auth"]["scope"] == {"domain": {"name": "account"}}


@pytest.mark.parametrize(
    "who, source",
    [
        (PAIR, "the options (access key and secret key)"),
        (TOKEN, "the options (IAM token)"),
        (USER, "the options (user name and password)"),
        ({**USER, **AGENCY}, "the options (user name and password, then the agency agency)"),
        (MACHINE, "the metadata service (temporary keys of the machine)"),
    ],
)
def test_what_signs_in_is_told_before_it_does(who, source):
    connection = resolve_connection({**DEFAULTS, **who, "project_id": "p1"}, {}, {}.get)
    sign_in = AuthSession(connection, None, None, None, None)
    assert (sign_in.source, sign_in.hint, sign_in.project_id) == (source, "", "")


@pytest.mark.parametrize(
    "answers, who, error",
    [
        ([reply(401, {})], USER, ServiceError),
        ([reply(403, {})], {**PAIR, **AGENCY}, ServiceError),
        ([NotDelivered("refused")], MACHINE, InputError),
        ([reply(200, {"projects": []})], PAIR, InputError),
        ([NotDelivered("refused")], PAIR, NotDelivered),
    ],
)
def test_what_fails_ends_it(answers, who, error):
    with pytest.raises(error):
        begin(*answers, **who)


def test_the_moment_at_which_it_must_be_over():
    with pytest.raises(NotDelivered, match="no time was left"):
        begin(deadline=1000.0, **USER)


# Signing in again


@pytest.mark.parametrize(
    "who, signs",
    [
        (PAIR, AccessKey("access-key", "secret-key", None, "p1")),
        ({**PAIR, "security_token": "security-token"}, AccessKey("access-key", "secret-key", "security-token", "p1")),
        (TOKEN, IamToken("ready-token")),
    ],
)
def test_what_is_ready_as_it_is_cannot_be_renewed(who, signs):
    sign_in, wire = begin(**who, project_id="p1")
    assert sign_in.refresh(None) is False
    assert_signs_as(sign_in, signs)
    assert (sign_in.refresh_error, wire.sent) == (None, [])


RENEWABLE = [
    (USER, [token_answer("token-1")], IamToken("token-1"), [token_answer("token-2")], IamToken("token-2"), [ASK_TOKEN]),
    (
        {**USER, "project_id": "p1"},
        [token_answer("token-1")],
        IamToken("token-1"),
        [token_answer("token-2")],
        IamToken("token-2"),
        [ASK_TOKEN],
    ),
    (
        {**PAIR, **AGENCY},
        [keys_answer("lent"), PROJECT],
        keys_of("lent", "p1"),
        [keys_answer("again")],
        keys_of("again", "p1"),
        [ASK_KEYS],
    ),
    (
        {**USER, **AGENCY},
        [token_answer("token-1"), keys_answer("lent"), PROJECT],
        keys_of("lent", "p1"),
        [token_answer("token-2"), keys_answer("again")],
        keys_of("again", "p1"),
        [ASK_TOKEN, ASK_KEYS],
    ),
    (
        MACHINE,
        [NO_TOKENS, keys_answer("own", 200), PROJECT],
        keys_of("own", "p1"),
        [NO_TOKENS, keys_answer("again", 200)],
        keys_of("again", "p1"),
        ASK_MACHINE,
    ),
]


@pytest.mark.parametrize("who, answers, first, again, second, asked", RENEWABLE)
def test_signing_in_again_once_and_only_once(who, answers, first, again, second, asked):
    """The project is known by then, and its look-up is not repeated."""
    sign_in, wire = begin(*answers, **who)
    assert_signs_as(sign_in, first)
    wire.answers = [*again, AssertionError("only once")]
    wire.events.clear()
    assert sign_in.refresh(None) is True
    assert_signs_as(sign_in, second)
    assert [what for what in wire.order if isinstance(what, str)] == asked
    assert set(second.secrets()) <= wire.masked and sign_in.project_id == "p1"
    assert sign_in.refresh(None) is False
    assert_signs_as(sign_in, second)
    assert sign_in.refresh_error is None


def test_a_user_signs_in_again_for_the_project_that_was_found():
    sign_in, wire = begin(token_answer("token-1", project="p7"), **USER)
    sign_in.refresh(None)
    assert json.loads(wire.sent[-1].request.body)["auth"]["scope"] == {"project": {"id": "p7"}}


@pytest.mark.parametrize("who, answers, first, _again, _second, _asked", RENEWABLE)
@pytest.mark.parametrize("problem, message", [(reply(401, {}), "HTTP 401"), (NotDelivered("no route"), "no route")])
def test_signing_in_again_may_fail_and_is_not_tried_a_third_time(who, answers, first, _again, _second, _asked, problem, message):
    sign_in, wire = begin(*answers, **who)
    wire.answers = [problem]
    assert sign_in.refresh(None) is False
    assert message in str(sign_in.refresh_error)
    assert_signs_as(sign_in, first)
    count, error = len(wire.sent), sign_in.refresh_error
    assert sign_in.refresh(None) is False
    assert (len(wire.sent), sign_in.refresh_error) == (count, error)


def test_the_moment_at_which_signing_in_again_must_be_over():
    sign_in, wire = begin(token_answer(), **USER)
    assert sign_in.refresh(1000.0) is False
    assert "no time was left" in str(sign_in.refresh_error) and len(wire.sent) == 1
