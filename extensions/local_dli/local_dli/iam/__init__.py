# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Accounts, sign-in and permissions: IAM, request signatures, and the metadata service of an ECS, without HTTP.

Imports `clock` and, of `model`, the settings, error codes and names of calls; never `api` or `testing`.
"""
