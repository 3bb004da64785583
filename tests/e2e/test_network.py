# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The output of Ansible with passwords of proxies and without verification; tests/functional tests certificates and proxies."""

from __future__ import annotations

from local_dli.server import serve
from local_dli.testing import network
from task_runs import MODULE, Ansible, calls, play, started


def test_output(ansible: Ansible):
    """Three tasks use a wrong or no password of the proxy, the next one the right password, the last one no verification."""
    authority = network.Authority()
    trust = {"job_ids": [131], "ca_cert": str(authority.ca_file), "max_retries": 1}
    with (
        serve(tls=authority.server().context()) as secure,
        network.proxy(credentials=("proxy-user", "proxy/password")) as proxy,
    ):
        good = proxy.url_with("proxy-user", "proxy/password")
        bad = proxy.url_with("proxy-user", "wrong-password")
        tasks = [{MODULE: {**trust, **options}} for options in ({"proxy": bad}, {}, {"proxy": proxy.url}, {"proxy": good})]
        tasks.append({MODULE: {"job_ids": [131], "validate_certs": False, "proxy": good}})
        env = {**secure.env(), "NO_PROXY": "", "HTTPS_PROXY": bad, "REQUESTS_CA_BUNDLE": "/nowhere"}
        ended = ansible.playbook(play(*tasks, ignore_errors=True), "-vvvv", env=env)
        assert [entry["failed"] for entry in ended.results] == [True, True, True, False, False], ended.output
        for entry in ended.results[:3]:
            assert "proxy error: " in entry["result"]["msg"] and "407" in entry["result"]["msg"], entry
        assert calls(secure) == ["detail", "run", "detail"] and started(secure) == [131]
    for secret in ("wrong-password", "proxy/password", "proxy%2Fpassword"):
        assert secret not in ended.output
    # Older versions of ansible-core wrap warnings.
    output = " ".join(ended.output.split())
    assert "The option validate_certs is false. The connection is not protected" in output
    assert "InsecureRequestWarning" not in output
