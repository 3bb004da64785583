# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say where the service is and who signs in; mirrors ``_argspec.connection()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection options."""

    DOCUMENTATION = r"""
options:
  auth_method:
    description:
      - How to sign in, if it is not to be found out from what is there.
      - V(auto), or nothing - the first that there is of the options, the environment, the profile files and the machine's own
        role.
      - V(token), V(aksk), V(password) - a ready token, a pair of keys, or a user and a password, from the options or the
        environment.
      - V(sdk_file) - O(credentials_file), the profile file of the official SDKs.
      - V(hcloud) - O(profile) of O(shared_config_file), the file that KooCLI and Terraform share.
      - V(metadata) - the role (agency) of the cloud server that the module runs on.
    type: str
    default: auto
    version_added: 0.2.0
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
      - Environment variables E(HW_AUTH_TOKEN), E(OS_AUTH_TOKEN), E(OS_TOKEN); see the notes.
    type: str
  username:
    description:
      - Name of an IAM user; needs O(password) and O(domain_name) beside it. The module gets a token for the project with
        them, once a task, and keeps it to itself.
      - Environment variables E(HW_USER_NAME), E(OS_USERNAME); see the notes.
    type: str
    version_added: 0.2.0
  password:
    description:
      - Password of the user.
      - Environment variables E(HW_USER_PASSWORD), E(OS_PASSWORD); see the notes.
    type: str
    version_added: 0.2.0
  domain_name:
    description:
      - Name of the account (domain) that the user belongs to.
      - Environment variables E(HW_DOMAIN_NAME), E(OS_USER_DOMAIN_NAME), E(OS_DOMAIN_NAME); see the notes.
    type: str
    version_added: 0.2.0
  agency_name:
    description:
      - Name of an agency (a role) to take on after signing in. The module works with temporary keys of it.
      - Environment variable E(HW_ASSUME_ROLE_AGENCY_NAME); see the notes.
    type: str
    version_added: 0.2.0
  agency_domain_name:
    description:
      - Name of the account that made the agency. The project is one of this account.
      - Environment variable E(HW_ASSUME_ROLE_DOMAIN_NAME); see the notes.
    type: str
    version_added: 0.2.0
  agency_domain_id:
    description:
      - Id of that account, instead of O(agency_domain_name).
      - Environment variable E(HW_ASSUME_ROLE_DOMAIN_ID); see the notes.
    type: str
    version_added: 0.2.0
  profile:
    description:
      - Name of a profile in O(shared_config_file). Without it the profile that the file calls current is taken.
      - Naming it among the options is the same as O(auth_method=hcloud).
      - Environment variable E(HW_PROFILE).
    type: str
    version_added: 0.2.0
  shared_config_file:
    description:
      - The file of KooCLI, which Terraform shares. The default is C(~/.hcloud/config.json).
      - Its keys must not be encrypted; C(hcloud configure set --cli-auth-encrypt=false) sees to that.
      - Naming it among the options is the same as O(auth_method=hcloud).
      - Environment variable E(HW_SHARED_CONFIG_FILE).
    type: path
    version_added: 0.2.0
  credentials_file:
    description:
      - The profile file of the official SDKs, of which the section C([basic]) is read. The default is
        C(~/.huaweicloud/credentials).
      - Naming it among the options is the same as O(auth_method=sdk_file).
      - Environment variable E(HUAWEICLOUD_SDK_CREDENTIALS_FILE).
    type: path
    version_added: 0.2.0
  metadata_url:
    description:
      - Address of the metadata service. The default is C(http://169.254.169.254). It is asked without a proxy.
    type: str
    version_added: 0.2.0
  project_id:
    description:
      - Id of the project that the jobs belong to. Without it, the project is looked up by O(project_name), or else by
        O(region), whose main project bears its name; that takes one request more.
      - Environment variables E(HW_PROJECT_ID), E(HUAWEICLOUD_SDK_PROJECT_ID), E(OS_PROJECT_ID), E(OS_TENANT_ID); see the
        notes.
    type: str
  project_name:
    description:
      - Name of the project, for example V(cn-north-4) or V(cn-north-4_team-a).
      - Environment variables E(HW_PROJECT_NAME), E(OS_PROJECT_NAME), E(OS_TENANT_NAME); see the notes.
    type: str
    version_added: 0.2.0
  region:
    description:
      - Region of the project, for example V(cn-north-4). Together with O(cloud) it gives the addresses of the services.
        Without it, the beginning of O(project_name) counts.
      - Environment variables E(HW_REGION_NAME), E(OS_REGION_NAME), E(OS_REGION); see the notes.
      - Required, here or in the environment, unless O(endpoint) is given.
    type: str
  cloud:
    description:
      - Domain of the cloud. The address of the service is C(https://dli.<region>.<cloud>).
      - The default is the domain of O(auth_url), if that is given; else V(myhuaweicloud.com), and V(myhuaweicloud.eu) for
        the region V(eu-west-101).
      - Environment variable E(HW_CLOUD); see the notes.
    type: str
  endpoint:
    description:
      - Address of the DLI service, if O(region) and O(cloud) do not give the right one.
      - Environment variables E(HW_DLI_ENDPOINT) and, where the region is known, C(HUAWEICLOUD_SDK_REGION_DLI_<REGION>); see
        the notes.
    type: str
  auth_url:
    description:
      - Address of the identity service (IAM), with or without C(/v3). It is needed to sign in with a password or an agency,
        and to look up a project. The default is C(https://iam.<region>.<cloud>), or the one beside O(endpoint).
      - Environment variables E(HW_AUTH_URL), E(HUAWEICLOUD_SDK_IAM_ENDPOINT), E(OS_AUTH_URL); see the notes.
    type: str
    version_added: 0.2.0
  allow_http:
    description:
      - Whether O(endpoint) and O(auth_url) may be plain C(http). Anybody on the way can then read and change what is sent.
      - For this machine (loopback) plain C(http) is always accepted.
    type: bool
    default: false
    version_added: 0.2.0
  validate_certs:
    description: Whether to verify the certificates of the services. Leave it on; O(ca_cert) names a private authority.
    type: bool
    default: true
  ca_cert:
    description:
      - File with the certificates of the authorities to trust, in PEM format, instead of the default ones.
      - Without it E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) count.
    type: path
  client_cert:
    description:
      - File with a certificate to show to the services, in PEM format, where something on the way asks for one. It may hold
        the key as well.
    type: path
    version_added: 0.2.0
  client_key:
    description: File with the key of O(client_cert), in PEM format and without a passphrase.
    type: path
    version_added: 0.2.0
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
  - python >= 3.9
  - requests >= 2.25.0
notes:
  - Credentials come from one source as a whole. They are looked for in the options; in the environment, in the families
    C(HW_*), C(HUAWEICLOUD_SDK_*) and C(OS_*); in O(credentials_file); in O(shared_config_file); and at last, for a second, at
    the metadata service. RV(credentials_from) says which it was. Nothing is mixed across sources, and empty values count
    as unset.
  - Options that say where (O(project_id), O(region) and so on) beat what came with the credentials. If the credentials come
    with no such values, the first family of variables that holds any completes them. Where an option names another O(region)
    or O(cloud), projects and addresses that belong to the old one do not count.
  - The module runs where the task runs, so that the environment variables, the files and the Python library count there.
    Usually that is C(localhost).
"""
