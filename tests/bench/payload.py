# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Prints the seconds in which the controller builds the payload of a module, and its bytes. Arguments: the module, its options.

This is the work of the controller before the first task with a module: it finds the imports of the module, reads their files
and compresses them. Each process measures once, because Ansible stores the payload for later tasks of the same command.
"""

from __future__ import annotations

import json
import sys
import time

from ansible import constants
from ansible.executor.module_common import modify_module
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, module_loader
from ansible.template import Templar


def main(module: str, options: str) -> None:
    init_plugin_loader()
    # Every command loads the metadata of ansible-core, which takes as long as a payload, before it builds one.
    module_loader.find_plugin_with_context("ansible.builtin.ping")
    found = module_loader.find_plugin_with_context(module)
    variables = {"ansible_python_interpreter": sys.executable}
    templar = Templar(DataLoader(), variables=variables)
    began = time.perf_counter()
    built = modify_module(
        module_name=found.resolved_fqcn,
        module_path=found.plugin_resolved_path,
        module_args=json.loads(options),
        templar=templar,
        task_vars=variables,
        module_compression=constants.config.get_config_value("DEFAULT_MODULE_COMPRESSION"),
    )
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "bytes": len(built.b_module_data)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
