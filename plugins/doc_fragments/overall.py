# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option that bounds a task which has nothing to wait for; mirrors ``_argspec.overall()``."""

from __future__ import annotations


class ModuleDocFragment:
    """The deadline of the whole."""

    DOCUMENTATION = r"""
options:
  overall_timeout:
    description:
      - Seconds that everything may take at most, signing in and repeated requests included. Nothing more is sent after it.
    type: float
    default: 600
"""
