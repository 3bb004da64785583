# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of credentials in which every value contains the mark of its source, so tests detect mixed sources.

The names are repeated here on purpose (dli-api.md 5.5): the tests do not use the table of the code.
"""

from __future__ import annotations

import json
import os.path

HW, SDK, OS = (f"the environment variables {prefix}_*" for prefix in ("HW", "HUAWEICLOUD_SDK", "OS"))
OPTIONS, INI, KOOCLI, MACHINE = "the options", "the SDK's file", "KooCLI's file", "the metadata service"
#: The order in which credentials are searched.
ORDER = (OPTIONS, HW, SDK, OS, INI, KOOCLI, MACHINE)

INI_PATH = os.path.expanduser("~/.huaweicloud/credentials")
KOOCLI_PATH = os.path.expanduser("~/.hcloud/config.json")
#: Source -> its name in messages.
CALLED = {**{source: source for source in ORDER}, INI: INI_PATH, KOOCLI: f"the profile work of {KOOCLI_PATH}"}

#: source -> option -> its names in the source; the first name that is set is used.
NAMES = {
    HW: {
        "access_key": ["HW_ACCESS_KEY"],
        "secret_key": ["HW_SECRET_KEY"],
        "security_token": ["HW_SECURITY_TOKEN"],
        "auth_token": ["HW_AUTH_TOKEN"],
        "username": ["HW_USER_NAME"],
        "password": ["HW_USER_PASSWORD"],
        "domain_name": ["HW_DOMAIN_NAME"],
        "agency_name": ["HW_ASSUME_ROLE_AGENCY_NAME"],
        "agency_domain_name": ["HW_ASSUME_ROLE_DOMAIN_NAME"],
        "agency_domain_id": ["HW_ASSUME_ROLE_DOMAIN_ID"],
        "project_id": ["HW_PROJECT_ID"],
        "project_name": ["HW_PROJECT_NAME"],
        "region": ["HW_REGION_NAME"],
        "cloud": ["HW_CLOUD"],
        "endpoint": ["HW_DLI_ENDPOINT"],
        "auth_url": ["HW_AUTH_URL"],
        "profile": ["HW_PROFILE"],
        "shared_config_file": ["HW_SHARED_CONFIG_FILE"],
    },
    SDK: {
        "access_key": ["HUAWEICLOUD_SDK_AK"],
        "secret_key": ["HUAWEICLOUD_SDK_SK"],
        "security_token": ["HUAWEICLOUD_SDK_SECURITY_TOKEN"],
        "project_id": ["HUAWEICLOUD_SDK_PROJECT_ID"],
        "auth_url": ["HUAWEICLOUD_SDK_IAM_ENDPOINT"],
        "credentials_file": ["HUAWEICLOUD_SDK_CREDENTIALS_FILE"],
    },
    OS: {
        "access_key": ["OS_ACCESS_KEY"],
        "secret_key": ["OS_SECRET_KEY"],
        "security_token": ["OS_SECURITY_TOKEN"],
        "auth_token": ["OS_AUTH_TOKEN", "OS_TOKEN"],
        "username": ["OS_USERNAME"],
        "password": ["OS_PASSWORD"],
        "domain_name": ["OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"],
        "project_id": ["OS_PROJECT_ID", "OS_TENANT_ID"],
        "project_name": ["OS_PROJECT_NAME", "OS_TENANT_NAME"],
        "region": ["OS_REGION_NAME", "OS_REGION"],
        "auth_url": ["OS_AUTH_URL"],
    },
    INI: {
        "access_key": ["ak"],
        "secret_key": ["sk"],
        "security_token": ["security_token"],
        "project_id": ["project_id"],
        "auth_url": ["iam_endpoint"],
    },
    KOOCLI: {
        "access_key": ["accessKeyId"],
        "secret_key": ["secretAccessKey"],
        "security_token": ["securityToken"],
        "project_id": ["projectId"],
        "region": ["region"],
        "agency_name": ["agencyName"],
        "agency_domain_name": ["agencyDomainName"],
        "agency_domain_id": ["agencyDomainId"],
    },
}

#: The options of each kind of credentials. A user also requires an account, from the same source.
KINDS = {
    "token": ("auth_token",),
    "aksk": ("access_key", "secret_key"),
    "temporary aksk": ("access_key", "secret_key", "security_token"),
    "password": ("username", "password", "domain_name"),
}
KEYS_ONLY = ("aksk", "temporary aksk")
#: The kinds of credentials that each source can contain.
HOLDS = {OPTIONS: tuple(KINDS), HW: tuple(KINDS), SDK: KEYS_ONLY, OS: tuple(KINDS), INI: KEYS_ONLY, KOOCLI: KEYS_ONLY}
SECRETS = ("access_key", "secret_key", "security_token", "auth_token", "password")
AGENCY = ("agency_name", "agency_domain_name")


def marked(source, *names):
    """Return a value for each name; the value contains the mark of the source."""
    mark = "from" + str(ORDER.index(source))
    return {name: f"{mark}.{name}.0123456789" for name in names}


def origins(values):
    """Return the sources whose marks the values contain."""
    return {ORDER[int(value.partition(".")[0][len("from") :])] for value in values}


def surroundings(held):
    """Turn values by source into parameters, an environment and files.

    :arg held: source -> option -> value.
    """
    environ = {
        NAMES[source][option][0]: value for source in (HW, SDK, OS) for option, value in held.get(source, {}).items()
    }
    files = {}
    if held.get(INI):
        files[INI_PATH] = ini(held[INI])
    if held.get(KOOCLI):
        files[KOOCLI_PATH] = koocli(held[KOOCLI])
    return dict(held.get(OPTIONS, {})), environ, files


def ini(values, section="basic"):
    """Return the text of a credentials file of the SDKs."""
    lines = [f"{NAMES[INI][option][0]} = {value}" for option, value in values.items()]
    return "\n".join([f"[{section}]", *lines, ""])


def koocli(values, name="work"):
    """Return the text of a KooCLI configuration file with one profile."""
    profile = {"name": name, **{NAMES[KOOCLI][option][0]: value for option, value in values.items()}}
    return json.dumps({"current": name, "profiles": [profile]})
