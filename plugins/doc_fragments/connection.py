# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options for the connection and the authentication; mirrors ``_argspec.connection()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Connection and authentication."""

    DOCUMENTATION = r"""
options:
  auth_method:
    description:
      - Authentication method, which determines the credentials that the module uses.
      - V(auto) - the first credentials that are found in the options, the environment, the credentials files and the
        metadata service.
      - V(token), V(aksk), V(password) - an IAM token, an access key with its secret key, or a user with a password, from the
        options or the environment.
      - V(sdk_file) - O(credentials_file), the credentials file of the official SDKs.
      - V(hcloud) - O(profile) of O(shared_config_file), the configuration file of KooCLI and Terraform.
      - V(metadata) - the agency of the cloud server on which the module runs.
    type: str
    default: auto
    version_added: 0.2.0
  access_key:
    description:
      - Access key (AK) that signs the requests. Requires O(secret_key).
      - If not set, the value of the environment variable E(HW_ACCESS_KEY), E(HUAWEICLOUD_SDK_AK) or E(OS_ACCESS_KEY) is
        used.
    type: str
  secret_key:
    description:
      - Secret key (SK) that belongs to O(access_key).
      - If not set, the value of the environment variable E(HW_SECRET_KEY), E(HUAWEICLOUD_SDK_SK) or E(OS_SECRET_KEY) is
        used.
    type: str
  security_token:
    description:
      - Security token of a temporary O(access_key) and O(secret_key).
      - If not set, the value of the environment variable E(HW_SECURITY_TOKEN), E(HUAWEICLOUD_SDK_SECURITY_TOKEN) or
        E(OS_SECURITY_TOKEN) is used.
    type: str
  auth_token:
    description:
      - IAM token with the scope of the project, as an alternative to O(access_key) and O(secret_key).
      - If not set, the value of the environment variable E(HW_AUTH_TOKEN), E(OS_AUTH_TOKEN) or E(OS_TOKEN) is used.
    type: str
  username:
    description:
      - Name of an IAM user. Requires O(password) and O(domain_name). The module requests a token for the project once per
        task, and does not store it.
      - If not set, the value of the environment variable E(HW_USER_NAME) or E(OS_USERNAME) is used.
    type: str
    version_added: 0.2.0
  password:
    description:
      - Password of the user.
      - If not set, the value of the environment variable E(HW_USER_PASSWORD) or E(OS_PASSWORD) is used.
    type: str
    version_added: 0.2.0
  domain_name:
    description:
      - Name of the account (domain) that the user belongs to.
      - If not set, the value of the environment variable E(HW_DOMAIN_NAME), E(OS_USER_DOMAIN_NAME) or E(OS_DOMAIN_NAME) is
        used.
    type: str
    version_added: 0.2.0
  agency_name:
    description:
      - Name of an agency (role) to assume after authentication. The module then uses temporary keys of the agency.
      - If not set, the value of the environment variable E(HW_ASSUME_ROLE_AGENCY_NAME) is used.
    type: str
    version_added: 0.2.0
  agency_domain_name:
    description:
      - Name of the account that created the agency. The project belongs to this account.
      - If not set, the value of the environment variable E(HW_ASSUME_ROLE_DOMAIN_NAME) is used.
    type: str
    version_added: 0.2.0
  agency_domain_id:
    description:
      - ID of the account that created the agency, as an alternative to O(agency_domain_name).
      - If not set, the value of the environment variable E(HW_ASSUME_ROLE_DOMAIN_ID) is used.
    type: str
    version_added: 0.2.0
  profile:
    description:
      - Name of a profile in O(shared_config_file).
      - If this option is set, O(auth_method=hcloud) is implied.
      - If not set, the value of the environment variable E(HW_PROFILE) is used. The default is the current profile of the file.
    type: str
    version_added: 0.2.0
  shared_config_file:
    description:
      - Configuration file of KooCLI, which Terraform reads as well.
      - The keys in the file must not be encrypted. Disable the encryption with
        C(hcloud configure set --cli-auth-encrypt=false).
      - If this option is set, O(auth_method=hcloud) is implied.
      - If not set, the value of the environment variable E(HW_SHARED_CONFIG_FILE) is used. The default is
        C(~/.hcloud/config.json).
    type: path
    version_added: 0.2.0
  credentials_file:
    description:
      - Credentials file of the official SDKs. The module reads its section C([basic]).
      - If this option is set, O(auth_method=sdk_file) is implied.
      - If not set, the value of the environment variable E(HUAWEICLOUD_SDK_CREDENTIALS_FILE) is used. The default is
        C(~/.huaweicloud/credentials).
    type: path
    version_added: 0.2.0
  metadata_url:
    description:
      - Address of the metadata service. The default is C(http://169.254.169.254). Requests to it use no proxy.
    type: str
    version_added: 0.2.0
  project_id:
    description:
      - ID of the project that contains the jobs.
      - If not set, the value of the environment variable E(HW_PROJECT_ID), E(HUAWEICLOUD_SDK_PROJECT_ID), E(OS_PROJECT_ID)
        or E(OS_TENANT_ID) is used.
      - If there is no project ID, the module looks up the project by O(project_name) or by O(region), because the main project
        of a region has the name of the region. This can take one additional request.
    type: str
  project_name:
    description:
      - Name of the project, for example V(cn-north-4) or V(cn-north-4_team-a).
      - If not set, the value of the environment variable E(HW_PROJECT_NAME), E(OS_PROJECT_NAME) or E(OS_TENANT_NAME) is
        used.
    type: str
    version_added: 0.2.0
  region:
    description:
      - Region of the project, for example V(cn-north-4). O(region) and O(cloud) determine the addresses of the services.
      - If not set, the value of the environment variable E(HW_REGION_NAME), E(OS_REGION_NAME) or E(OS_REGION) is used.
      - If no source contains a region, the region at the beginning of O(project_name) is used.
      - A region from one of these sources is required, unless both O(endpoint) and O(project_id) are set.
    type: str
  cloud:
    description:
      - Domain of the cloud. The address of the service is C(https://dli.<region>.<cloud>).
      - If not set, the value of the environment variable E(HW_CLOUD) is used.
      - The default is the domain of O(auth_url) if it is set. Otherwise, it is V(myhuaweicloud.eu) for the region
        V(eu-west-101), and V(myhuaweicloud.com) for all other regions.
    type: str
  endpoint:
    description:
      - Address of the DLI service.
      - If not set, the value of the environment variable E(HW_DLI_ENDPOINT) is used, or if O(region) is set, the value of
        C(HUAWEICLOUD_SDK_REGION_DLI_<REGION>).
      - The default is C(https://dli.<region>.<cloud>).
    type: str
  auth_url:
    description:
      - Address of the identity service (IAM), with or without C(/v3). It is used for authentication with a password or an
        agency, and to look up a project.
      - If not set, the value of the environment variable E(HW_AUTH_URL), E(HUAWEICLOUD_SDK_IAM_ENDPOINT) or E(OS_AUTH_URL)
        is used.
      - The default is C(https://iam.<region>.<cloud>). If O(endpoint) is set and O(cloud) is not, the default is the address of
        O(endpoint) with C(iam) instead of C(dli).
    type: str
    version_added: 0.2.0
  allow_http:
    description:
      - Whether O(endpoint) and O(auth_url) may use plain C(http), which does not protect against interception and
        modification.
      - For loopback addresses, plain C(http) is always accepted.
    type: bool
    default: false
    version_added: 0.2.0
  validate_certs:
    description: Whether to verify the certificates of the services. Set O(ca_cert) for a private certificate authority.
    type: bool
    default: true
  ca_cert:
    description:
      - File with the certificates of the trusted authorities in PEM format. It replaces the default authorities.
      - If it is not set, the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) are used.
    type: path
  client_cert:
    description:
      - File with a client certificate in PEM format, if a gateway or proxy requires one. The file can contain the key as
        well.
    type: path
    version_added: 0.2.0
  client_key:
    description: File with the key of O(client_cert) in PEM format, without a passphrase.
    type: path
    version_added: 0.2.0
  proxy:
    description:
      - URL of the proxy, for example V(http://proxy.example.com:3128). The scheme is C(http), C(https), C(socks4), C(socks4a),
        C(socks5) or C(socks5h). Without a scheme, the value is a host and a port, and the scheme is C(http).
      - SOCKS proxies require the Python library C(PySocks). With C(socks4a) and C(socks5h), the proxy resolves the host names.
      - If it is not set, the environment variables E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY) are used, also
        with lower-case names.
    type: str
  request_timeout:
    description: Maximum duration of one request in seconds, from the connection to the last byte of the response.
    type: float
    default: 60
  max_retries:
    description:
      - Maximum number of retries of a request. Reads are retried after lost responses, throttling and server errors. A
        request that changes something is retried only if it was certainly not executed.
      - A request whose credentials were rejected is not retried, unless the module can renew an expired token or temporary
        access key.
    type: int
    default: 5
requirements:
  - python >= 3.9
  - requests >= 2.25.0
notes:
  - All credentials come from one source. The module searches the options, then the groups C(HW_*), C(HUAWEICLOUD_SDK_*)
    and C(OS_*) of environment variables, then O(credentials_file), then O(shared_config_file), and finally the metadata
    service with a timeout of one second. RV(credentials_from) contains the source. Credentials from several sources are not
    combined. Empty values are treated as unset.
  - >-
    These options take precedence over other sources: O(domain_name), O(project_id), O(project_name), O(region), O(cloud),
    O(endpoint) and O(auth_url). If one of them is not set, its value is taken from the credentials file that is used, then
    from one group of environment variables. If the credentials come from environment variables, this is their group.
    Otherwise, it is the first group that contains at least one of these values.
  - If the option O(region) or O(cloud) is set and differs from the value in the credentials file or in the group of
    environment variables that is used, the projects and addresses of this file or group are ignored. If
    O(project_name) is set, the project IDs of other sources are ignored.
  - The module runs on the target host of the task, usually C(localhost). The environment variables, the files and the Python
    library of this host are used.
"""
