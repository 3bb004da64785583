# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""For random requests, the collection and the official SDK create the same signature."""

from __future__ import annotations

import string
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import requests
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import query_string
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.session import _RequestAuth

REQUESTS = 300
KEY = st.text(string.ascii_letters + string.digits, min_size=6, max_size=40)
WORD = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
HOST = st.from_regex(r"(dli|iam)\.[a-z]{2}-[a-z]{4,9}-[0-9]{1,3}\.[a-z]{3,12}\.(com|eu|test)(:[1-9][0-9]{3})?", fullmatch=True)
#: Each name has one value of any type, or several strings.
QUERY = st.dictionaries(
    WORD, st.one_of(WORD, st.just(""), st.booleans(), st.integers(0, 10**6), st.lists(WORD, max_size=3)), max_size=5
)


def sign_with_sdk(method, host, path, query, headers, body, access_key, secret_key):
    """Return the URI and the signature of the official signer for the same time."""
    request = SdkRequest(method, "https", host, path, None, query, dict(headers), body)
    signed = Signer(SimpleNamespace(ak=access_key, sk=secret_key)).sign(request)
    return signed.uri, signed.header_params["Authorization"]


@settings(max_examples=REQUESTS, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    host=HOST,
    segments=st.lists(WORD.filter(lambda word: word.strip(".") != ""), min_size=1, max_size=6),
    closed=st.booleans(),
    query=QUERY,
    body=st.one_of(st.none(), st.binary(max_size=200)),
    access_key=KEY,
    secret_key=KEY,
    security_token=st.one_of(st.none(), KEY),
    project_id=st.one_of(st.none(), KEY),
)
def compare_signatures(method, host, segments, closed, query, body, access_key, secret_key, security_token, project_id):
    COUNT.append(method)
    path = "/" + "/".join(quote(segment, safe="") for segment in segments) + ("/" if closed else "")
    prepared = requests.Request(
        method,
        f"https://{host}{path}{'?' + query_string(query.items()) if query_string(query.items()) else ''}",
        headers={"Content-Type": "application/json", "User-Agent": "not signed"},
        data=body,
        auth=_RequestAuth(AccessKey(access_key, secret_key, security_token, project_id), body or b""),
    ).prepare()
    sent = urlsplit(prepared.url)
    signed = prepared.headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    uri, authorization = sign_with_sdk(
        method,
        host,
        sent.path,
        [(name, list(value) if isinstance(value, list) else value) for name, value in query.items()],
        {name: prepared.headers[name] for name in signed},
        body,
        access_key,
        secret_key,
    )
    assert prepared.headers["Authorization"] == authorization
    assert f"{sent.path}{'?' + sent.query if sent.query else ''}" == uri
    assert set(signed) >= {"host", "x-sdk-date", "content-type"}


COUNT: list[str] = []


def test_signature_equals_official_sdk(statistics):
    COUNT.clear()
    compare_signatures()
    statistics(f"property, signer: {len(COUNT)} random requests with the same signature as from the official SDK")
    assert len(COUNT) >= REQUESTS
