# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Families of environment variables that other tools use as well (dli-api.md 5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from .._options import text_or_none
from .provider import Values

#: Domain of the default cloud.
DEFAULT_CLOUD = "myhuaweicloud.com"

#: Names of the families, for messages.
HW = "the environment variables HW_*"
SDK = "the environment variables HUAWEICLOUD_SDK_*"
OS = "the environment variables OS_*"

#: In the order of precedence; option -> variables, of which the first that is set is used.
FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    HW: {
        "access_key": ("HW_ACCESS_KEY",),
        "secret_key": ("HW_SECRET_KEY",),
        "security_token": ("HW_SECURITY_TOKEN",),
        "auth_token": ("HW_AUTH_TOKEN",),
        "username": ("HW_USER_NAME",),
        "password": ("HW_USER_PASSWORD",),
        "domain_name": ("HW_DOMAIN_NAME",),
        "agency_name": ("HW_ASSUME_ROLE_AGENCY_NAME",),
        "agency_domain_name": ("HW_ASSUME_ROLE_DOMAIN_NAME",),
        "agency_domain_id": ("HW_ASSUME_ROLE_DOMAIN_ID",),
        "project_id": ("HW_PROJECT_ID",),
        "project_name": ("HW_PROJECT_NAME",),
        "region": ("HW_REGION_NAME",),
        "cloud": ("HW_CLOUD",),
        "endpoint": ("HW_DLI_ENDPOINT",),
        "auth_url": ("HW_AUTH_URL",),
        "profile": ("HW_PROFILE",),
        "shared_config_file": ("HW_SHARED_CONFIG_FILE",),
    },
    SDK: {
        "access_key": ("HUAWEICLOUD_SDK_AK",),
        "secret_key": ("HUAWEICLOUD_SDK_SK",),
        "security_token": ("HUAWEICLOUD_SDK_SECURITY_TOKEN",),
        "project_id": ("HUAWEICLOUD_SDK_PROJECT_ID",),
        "auth_url": ("HUAWEICLOUD_SDK_IAM_ENDPOINT",),
        "credentials_file": ("HUAWEICLOUD_SDK_CREDENTIALS_FILE",),
    },
    OS: {
        "access_key": ("OS_ACCESS_KEY",),
        "secret_key": ("OS_SECRET_KEY",),
        "security_token": ("OS_SECURITY_TOKEN",),
        "auth_token": ("OS_AUTH_TOKEN", "OS_TOKEN"),
        "username": ("OS_USERNAME",),
        "password": ("OS_PASSWORD",),
        "domain_name": ("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"),
        "project_id": ("OS_PROJECT_ID", "OS_TENANT_ID"),
        "project_name": ("OS_PROJECT_NAME", "OS_TENANT_NAME"),
        "region": ("OS_REGION_NAME", "OS_REGION"),
        "auth_url": ("OS_AUTH_URL",),
    },
}

#: Prefix of the variable of the SDK for the address of DLI in one region (dli-api.md 5.5).
SDK_ENDPOINT = "HUAWEICLOUD_SDK_REGION_DLI_"


def family_values(variables: Mapping[str, tuple[str, ...]], environ: Mapping[str, str]) -> Values:
    values: Values = {}
    for option, names in variables.items():
        value = next((value for name in names if (value := text_or_none(environ.get(name)))), None)
        if value:
            values[option] = value
    return values


def sdk_endpoint(region: str, environ: Mapping[str, str]) -> str | None:
    """Return the address of DLI in a region from the variable of the SDK."""
    return text_or_none(environ.get(SDK_ENDPOINT + region.upper().replace("-", "_")))
