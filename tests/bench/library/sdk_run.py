# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A module that reads one job and starts it with the vendor's SDK, for the benchmark only. Reads HW_* variables."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleModule
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkdli import v1 as sdk


def main():
    module = AnsibleModule(argument_spec={"job_id": {"type": "int", "required": True}})
    job_id = module.params["job_id"]
    credentials = BasicCredentials(os.environ["HW_ACCESS_KEY"], os.environ["HW_SECRET_KEY"], os.environ["HW_PROJECT_ID"])
    builder = sdk.DliClient.new_builder().with_credentials(credentials)
    client = builder.with_endpoints([os.environ["HW_DLI_ENDPOINT"]]).build()
    status = client.show_flink_job(sdk.ShowFlinkJobRequest(job_id=job_id)).job_detail.status
    if status != "job_cancel_success":
        module.fail_json(msg=f"The job has the status {status}.")
    body = sdk.BatchRunFlinkJobsRequestBody(job_ids=[job_id])
    response = client.batch_run_flink_jobs(sdk.BatchRunFlinkJobsRequest(body=body))
    module.exit_json(changed=True, accepted=[item.is_success for item in response.body])


if __name__ == "__main__":
    main()
