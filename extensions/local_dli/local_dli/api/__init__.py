# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The HTTP layer: paths, request bodies, responses. The rules of the service are in `model` and `iam`.

Imports `model` and `iam`, never `testing`.
"""
