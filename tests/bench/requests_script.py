# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Reads jobs and starts them with requests, without Ansible. Arguments: URL of the project, token, file with the IDs in JSON."""

from __future__ import annotations

import json
import sys

import requests

PAGE = 100
TIMEOUT = 60


def statuses(session: requests.Session, url: str, ids: list[int]) -> dict[int, str]:
    """Return the status of each job: of one job with one request, of several jobs from the list."""
    if len(ids) == 1:
        response = session.get(f"{url}/streaming/jobs/{ids[0]}", timeout=TIMEOUT)
        response.raise_for_status()
        return {ids[0]: response.json()["job_detail"]["status"]}
    found: dict[int, str] = {}
    while True:
        response = session.get(f"{url}/streaming/jobs", params={"limit": PAGE, "offset": len(found)}, timeout=TIMEOUT)
        response.raise_for_status()
        page = response.json()["job_list"]
        found.update((job["job_id"], job["status"]) for job in page["jobs"])
        if not page["jobs"] or len(found) >= page["total_count"]:
            return found


def main(url: str, token: str, file: str) -> None:
    with open(file, encoding="utf-8") as opened:
        ids = json.load(opened)
    with requests.Session() as session:
        session.trust_env = False
        session.headers["X-Auth-Token"] = token
        found = statuses(session, url, ids)
        startable = [job_id for job_id in ids if found[job_id] == "job_cancel_success"]
        response = session.post(f"{url}/streaming/jobs/run", json={"job_ids": startable}, timeout=TIMEOUT)
        response.raise_for_status()


if __name__ == "__main__":
    main(*sys.argv[1:])
