# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say where the service is and who signs in; mirrors ``_argspec.connection()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection options."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - Access key (AK) of the user that signs the requests; needs O(secret_key) beside it.
      - Environment variables E(HW_ACCESS_KEY), E(HUAWEICLOUD_SDK_AK), E(OS_ACCESS_KEY); see the notes.
    type: str
  secret_key:
    description:
      - Secret key (SK) that belongs to O(access_key).
      - Environment variables E(HW_SECRET_KEY), E(HUAWEICLOUD_SDK_SK), E(OS_SECRET_KEY); see the notes.
    type: str
  security_token:
    description:
      - Security token that makes O(access_key) and O(secret_key) temporary credentials.
      - Environment variables E(HW_SECURITY_TOKEN), E(HUAWEICLOUD_SDK_SECURITY_TOKEN), E(OS_SECURITY_TOKEN); see the notes.
    type: str
  auth_token:
    description:
      - A ready IAM token, scoped to the project. It takes the place of O(access_key) and O(secret_key).
      - Environment variables E(HW_AUTH_TOKEN), E(OS_AUTH_TOKEN); see the notes.
    type: str
  project_id:
    description:
      - Id of the project that the jobs belong to.
      - Environment variables E(HW_PROJECT_ID), E(HUAWEICLOUD_SDK_PROJECT_ID), E(OS_PROJECT_ID); see the notes.
      - Required, here or in the environment.
    type: str
  region:
    description:
      - Region of the project, for example V(cn-north-4). Together with O(cloud) it gives the address of the service.
      - Environment variables E(HW_REGION_NAME), E(OS_REGION_NAME); see the notes.
      - Required, here or in the environment, unless O(endpoint) is given.
    type: str
  cloud:
    description:
      - Domain of the cloud. The address of the service is C(https://dli.<region>.<cloud>).
      - The default is V(myhuaweicloud.com), and V(myhuaweicloud.eu) for the region V(eu-west-101).
      - Environment variable E(HW_CLOUD); see the notes.
    type: str
  endpoint:
    description:
      - Address of the DLI service, if O(region) and O(cloud) do not give the right one. Plain C(http) is accepted for
        this machine (loopback) only.
      - Environment variable E(HW_DLI_ENDPOINT); see the notes.
    type: str
  validate_certs:
    description: Whether to verify the certificate of the service. Leave it on; O(ca_cert) names a private authority.
    type: bool
    default: true
  ca_cert:
    description: File with the certificates of the authorities to trust, in PEM format, instead of the default ones.
    type: path
  proxy:
    description:
      - URL of the proxy to use, for example V(http://proxy.example.com:3128).
      - Without it the usual environment variables E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY) count.
    type: str
  request_timeout:
    description: Seconds that one request may take, from connecting to the last byte of its answer.
    type: float
    default: 60
  max_retries:
    description:
      - How often a request is repeated at most. Reads are repeated on lost answers, throttling and server errors; a
        request that starts jobs only if it provably was not carried out; a refused sign-in never.
    type: int
    default: 5
requirements:
  - requests >= 2.25.0
notes:
  - What the options leave out is taken from the environment, from one family of variables as a whole. The families are
    tried in the order C(HW_*), C(HUAWEICLOUD_SDK_*), C(OS_*), and the first that holds credentials (or, if the options hold
    them, the first that holds anything) is the one. Nothing is mixed across families. Empty values count as unset.
  - The module runs where the task runs, so that the environment variables and the Python library count there. Usually
    that is C(localhost).
"""
