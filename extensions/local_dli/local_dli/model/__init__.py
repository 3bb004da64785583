# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The jobs of all projects and the calls that change them, without HTTP: records, rules, statuses, settings, errors.

The main modules are `service.py` (calls for jobs) and `state_machine.py` (statuses). Imports `clock` and `engine`, never
`iam`, `api` or `testing`.
"""
