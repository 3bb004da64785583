# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a list to its end, while others make and delete jobs (dli-api.md 3)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ._dli import Dli
from ._jobs import Job


def list_all(dli: Dli, until: float | None = None, query: Mapping[str, t.Any] | None = None) -> dict[int, Job]:
    """Return every job that the list shows, each once, in the order of the list.

    New jobs push others onto the next page, where they are seen twice; deleted ones pull others onto a page that was read
    already. So when the list has become shorter, it is read again from where those may stand.

    :arg query: parameters of the list besides its paging.
    :raises DliError: the service cannot be asked.
    """
    found: dict[int, Job] = {}
    offset = total = 0
    while True:
        page = dli.list_jobs(offset, until=until, filters=query)
        found.update((job.job_id, job) for job in page.jobs)
        gone, total = max(0, total - page.total), page.total
        if gone and offset:
            offset = max(0, offset - gone)
            continue
        offset += len(page.jobs)
        if not page.jobs or offset >= page.total:
            return found
