# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checks detect common defects of modules that start jobs. The tests inject these defects into the collection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import confirm, reconcile
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import accepted, refused
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import SUBMIT
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http import client

from .checks import Mismatch
from .runner import DETERMINISTIC, Runner, for_each
from .scenarios import BatchScenario, batch_scenario
from .test_start import start


def resend_start_without_response(monkeypatch):
    """A request whose response is lost is sent again."""

    def write(self, what, path, payload, deadline=None, method="POST"):
        request = client.HttpRequest(method, self._endpoint + path, client._json_body(payload), client.HEADERS)
        return self._send(what, request, deadline, is_write=False)

    monkeypatch.setattr(client.ApiClient, "write", write)


def trust_response_order(monkeypatch):
    """A response with errors is attributed by position, without reading the jobs."""

    def trusting(operation, submitted, response, observed, time_is_up=False):
        elements = [*response.elements, *[ItemResponse(False)] * len(submitted)]
        return {
            job_id: accepted(operation, planned) if element.accepted else refused(operation, planned, element)
            for (job_id, planned), element in zip(submitted.items(), elements)
        }

    monkeypatch.setattr(confirm, "reconcile", trusting)


def report_unknown_as_refused(monkeypatch):
    """A lost response means that the job was not started."""

    def undetermined(operation, planned, status, reason, error=None):
        return planned.result("refused", failed=True, status=status, msg="Refused by the service.")

    monkeypatch.setattr(reconcile, "undetermined", undetermined)


def report_unknown_as_started(monkeypatch):
    """A lost response means that the job was started."""

    def undetermined(operation, planned, status, reason, error=None):
        return accepted(operation, planned, status=status)

    monkeypatch.setattr(reconcile, "undetermined", undetermined)


def start_active_jobs(monkeypatch):
    """The status is not read before the start."""
    monkeypatch.setattr(Start, "decide", lambda self, job: SUBMIT)


def ignore_deadline(monkeypatch):
    """Requests have no deadline."""
    send = client.ApiClient._send

    def send_without(self, what, request, deadline, is_write):
        return send(self, what, request, None, is_write)

    monkeypatch.setattr(client.ApiClient, "_send", send_without)


def accept_stale_status(monkeypatch):
    """The status from before the start ends a wait."""
    monkeypatch.setattr(Start, "was_applied", lambda self, before, now: now is not None)


def unchanged(scenario: BatchScenario) -> BatchScenario:
    return scenario


def lose_response(scenario: BatchScenario) -> BatchScenario:
    """The service starts the jobs, and its response is lost."""
    return replace(scenario, faults=[{"kind": "reset_after", "call": "run"}], unreachable=frozenset(), max_retries=5)


def send_no_response(scenario: BatchScenario) -> BatchScenario:
    faults = [*scenario.faults, {"kind": "hang", "times": 9}]
    return replace(scenario, faults=faults, times={**scenario.times, "request_timeout": 60})


def delay_status(scenario: BatchScenario) -> BatchScenario:
    """The previous status is read for a while after the start, and the task waits."""
    return replace(scenario, wait=True, faults=[], settings={**scenario.settings, "accept_lag": 10})


#: Each defect with a change of the scenarios. Without the change, thousands of scenarios may be necessary to detect it.
DEFECTS = [
    (resend_start_without_response, lose_response),
    (trust_response_order, unchanged),
    (report_unknown_as_refused, unchanged),
    (report_unknown_as_started, unchanged),
    (start_active_jobs, unchanged),
    (ignore_deadline, send_no_response),
    (accept_stale_status, delay_status),
]


@pytest.mark.parametrize(("defect", "change"), DEFECTS, ids=lambda function: function.__name__)
def test_defect_is_detected(monkeypatch, statistics, defect, change):
    defect(monkeypatch)
    runner = Runner()
    with pytest.raises(Mismatch):
        for_each(batch_scenario(), 1000, lambda scenario: start(runner, change(scenario)), **DETERMINISTIC)
    statistics(f"property, defect {defect.__name__}: detected after {runner.statistics['scenarios']} scenarios")
