# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Execution of jobs: the interface that the service uses, and the simulated engine.

Imports `clock` only. It uses the terms of Flink, not those of DLI.
"""
