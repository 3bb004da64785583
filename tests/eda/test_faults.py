# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Outages, rejected credentials, and the end of ansible-rulebook: a failure is neither lost nor processed twice."""

from __future__ import annotations

import os
import time

import pytest
from local_dli.server import serve

from .conftest import wait_until
from .forwarder import Forwarder
from .test_heal import HEAL, VARIABLES, restarts, seed

#: Seconds of the outage, which also lasts until the source reports it.
OUTAGE = float(os.environ.get("EDA_OUTAGE", "0"))
#: Printed by the playbook before its first task.
PLAYBOOK_BEGINS = "PLAY [Recover streaming jobs]"


def test_failure_during_an_outage_is_healed_once(dli, rulebook, statistics):
    dli.seed([seed(1, "orders", script={"fail_after": 1.0, "fail_times": 1})])
    forwarder = Forwarder(dli.url)
    eda = rulebook(HEAL, VARIABLES, {**dli.env(), "HW_DLI_ENDPOINT": forwarder.url})
    eda.wait_for("Waiting for events")
    wait_until(lambda: dli.requests.find("list"), "the first poll")
    forwarder.interrupt()
    began = time.monotonic()
    dli.other_client("start", [1])
    wait_until(lambda: dli.job(1).status == "job_running_exception", "the job fails")
    wait_until(lambda: eda.escalated, lambda: eda.log)
    time.sleep(max(0.0, began + OUTAGE - time.monotonic()))
    assert restarts(dli, 1) == []
    forwarder.restore()
    restored = time.monotonic()
    outage = restored - began
    wait_until(lambda: restarts(dli, 1), lambda: eda.log)
    statistics(f"event source: {time.monotonic() - restored:.1f} s from the end of an outage of {outage:.0f} s to the start")
    wait_until(lambda: dli.job(1).status == "job_running", "the job runs")
    (trouble,) = eda.escalated
    assert (trouble["kind"], trouble["job_id"]) == ("source_trouble", None) and forwarder.url in trouble["msg"]
    assert len(restarts(dli, 1)) == 1 and eda.process.poll() is None
    assert "Poll failed. Could not list the jobs: connection to http://127.0.0.1" in eda.log and "Traceback" not in eda.log


@pytest.mark.parametrize("moment", ["playbook begins", "start is sent"])
def test_job_is_started_once_if_the_program_is_ended(dli, rulebook, moment, statistics):
    """SIGTERM ends ansible-rulebook at once, and interrupts its playbook. The next process processes the failure."""
    dli.seed([seed(1, "orders", script={"fail_after": 0.5, "fail_times": 1})])
    if moment == "start is sent":
        # The service carries out the start, and responds after the end of ansible-rulebook.
        dli.faults.add("delay", call="run", seconds=3.0)
    dli.other_client("start", [1])
    wait_until(lambda: dli.job(1).status == "job_running_exception", "the job fails")
    first = rulebook(HEAL, VARIABLES, dli.env())
    if moment == "start is sent":
        wait_until(lambda: restarts(dli, 1), lambda: first.log)
    else:
        first.wait_for(PLAYBOOK_BEGINS)
    first.end()
    number = len(restarts(dli, 1))
    assert number == (moment == "start is sent")
    second = rulebook(HEAL, VARIABLES, dli.env())
    second.wait_for("Waiting for events")
    wait_until(lambda: restarts(dli, 1) and dli.job(1).status == "job_running", lambda: second.log)
    requests = len(dli.requests.find("list"))
    wait_until(lambda: len(dli.requests.find("list")) > requests + 2, "three more polls")
    assert len(restarts(dli, 1)) == 1 and second.escalated == []
    statistics(f"event source: SIGTERM when the {moment}: {number} starts before it, 1 in total")


SHUTDOWN = """
- name: Shut down during a request without a response
  hosts: localhost
  sources:
    - name: streaming_jobs
      huaweicloud.cloud.dli_streaming_jobs: {interval: 1, endpoint: "{{ responding }}"}
    - name: hanging
      huaweicloud.cloud.dli_streaming_jobs: {interval: 1, endpoint: "{{ hanging }}"}
  rules:
    - name: Shut down
      condition: event.dli.kind == "failed"
      action:
        shutdown:
"""


def test_hanging_service_does_not_delay_the_end(dli, rulebook, tmp_path, statistics):
    dli.seed([seed(1, "orders", "job_running")])
    (tmp_path / "shutdown.yml").write_text(SHUTDOWN, encoding="utf-8")
    with serve() as hanging:
        rule = hanging.faults.add("hang", times=None)
        eda = rulebook("shutdown.yml", {"responding": dli.url, "hanging": hanging.url}, dli.env())
        eda.wait_for("Waiting for events")
        wait_until(lambda: [one for one in hanging.faults.pending() if one["hit"]], f"a request of {rule}")
        wait_until(lambda: dli.requests.find("list"), "the first poll")
        dli.force(1, "job_running_exception")
        eda.wait_for("has initiated shutdown")
        began = time.monotonic()
        assert eda.wait_for_end() == 0, eda.log
        seconds = time.monotonic() - began
    statistics(f"event source: shutdown during a request without a response: {seconds:.1f} s")
    # The request would take 60 seconds.
    assert seconds < 20


def test_rejected_credentials_end_the_program_with_one_sentence(dli, rulebook):
    environ = {**dli.env(), "HW_SECRET_KEY": "wrong-secret-key-of-the-test"}
    eda = rulebook(HEAL, VARIABLES, environ, words=("-vv",))
    assert eda.wait_for_end() == 1
    lines = [line for line in eda.log.splitlines() if "Source error" in line]
    assert len(lines) == 1 and "HTTP 401" in lines[0] and "environment variables HW_* (access key and secret key)" in lines[0]
    assert len(dli.requests.find("list")) == 1
    assert environ["HW_SECRET_KEY"] not in eda.log and "Traceback" not in eda.log.split("Source error")[0]


def test_invalid_options_end_the_program_before_the_first_request(dli, rulebook):
    eda = rulebook(HEAL, {**VARIABLES, "dli_interval": "often", "dli_job_ids": "12x"}, dli.env())
    assert eda.wait_for_end() == 1
    assert "Invalid interval: 'often' is not a number. Specify a number." in eda.log
    assert not dli.requests.find()
