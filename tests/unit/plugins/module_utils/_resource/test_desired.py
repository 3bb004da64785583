# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired state of one job from the options of a module."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._options import WaitOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import DesiredJob, parse_desired_job

from ..fake_jobs import options


def parse(**given):
    return parse_desired_job(JAR, options(JAR, **given), True)


def test_all_options():
    given = {"state": "started", "restart": "allowed", "purge_tags": True, "savepoint": False, "resume_savepoint": True}
    given.update(job_id=" 7 ", name=" a ", entrypoint="a.jar", tags={"k": "v"}, purge_settings=True)
    given.update(force=True, show_detail=True, wait=True)
    desired = parse(**given)
    assert desired == DesiredJob(
        kind=JAR,
        state="started",
        job_id=7,
        name="a",
        settings={"name": "a", "entrypoint": "a.jar"},
        tags={"k": "v"},
        purge_tags=True,
        purge_settings=True,
        restart="allowed",
        savepoint=False,
        resume_savepoint=True,
        force=True,
        show_detail=True,
        check_mode=True,
        waiting=WaitOptions(True, 60.0, 1.0, 10.0),
    )


@pytest.mark.parametrize("empty", [None, "", " "])
def test_job_needs_a_name_or_an_id(empty):
    with pytest.raises(InputError, match=r"^Missing name or job_id\. Set at least one of them\.$"):
        parse(job_id=empty, name=empty)
    assert (parse(job_id=empty, name="a").job_id, parse(job_id="7", name=empty).name) == (None, None)


def test_tags_are_texts():
    assert parse(name="a").tags is None, "tags are not managed"
    assert parse(name="a", tags={}).tags == {}
    assert parse(name="a", tags={"a": "x", "b": 1, 3: True, "c": 1.5}).tags == {"a": "x", "b": "1", "3": "True", "c": "1.5"}
