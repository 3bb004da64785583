# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Features for tests that the real service does not have: faults, the request log, control endpoints under ``/_local/``.

Imports the other packages. `network.py` (certificates, proxies) is for tests only: the service does not import it.
"""
