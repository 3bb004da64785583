# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs jobs: the interface that the service uses, and the simulated engine behind it.

Imports `clock` only. The names of Flink are used here, not those of DLI.
"""
