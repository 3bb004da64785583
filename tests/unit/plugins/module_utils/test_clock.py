# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The machine's clocks."""

from __future__ import annotations

import datetime

from ansible_collections.huaweicloud.cloud.plugins.module_utils._clock import Clock


def test_sleep_advances_monotonic_time():
    clock = Clock()
    begin = clock.now()
    clock.sleep(0.01)
    assert clock.now() - begin >= 0.01


def test_date_is_utc():
    assert Clock().utc().utcoffset() == datetime.timedelta(0)
    assert abs(Clock().utc() - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(seconds=60)


def test_jitter_is_full():
    pauses = [Clock().jitter(8.0) for _time in range(200)]
    assert all(0 <= pause <= 8 for pause in pauses)
    assert min(pauses) < 4 < max(pauses)
