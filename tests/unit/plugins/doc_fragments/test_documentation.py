# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation matches the code: options, environment variables, return values, examples."""

from __future__ import annotations

import functools
import importlib
import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.doc_fragments import attributes, connection
from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.environment import FAMILIES, SDK_ENDPOINT
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import report
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import client
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import ACTIVE, INACTIVE, STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import argspec

CHECKOUT = Path(__file__).parents[4]


def plugins(folder):
    """Return every plugin of a folder by its name."""
    names = sorted(path.stem for path in (CHECKOUT / "plugins" / folder).glob("*.py"))
    return {
        name: importlib.import_module(f"ansible_collections.huaweicloud.cloud.plugins.{folder}.{name}") for name in names
    }


def both_kinds():
    """Return the options that SQL and Jar jobs share."""
    jar = argspec.streaming_job(JAR)
    return {name: option for name, option in argspec.streaming_job(SQL).items() if name in jar}


#: Fragment -> its module, and the argument spec that it mirrors. The attributes contain no options.
FRAGMENTS = {
    name: (module, both_kinds if name == "streaming_job" else getattr(_argspec, name))
    for name, module in plugins("doc_fragments").items()
    if name != "attributes"
}
MODULES = plugins("modules")
#: The modules that run one operation on a batch of jobs.
BATCHES = {
    "dli_streaming_jobs_delete": Delete(False),
    "dli_streaming_jobs_run": Start(False),
    "dli_streaming_jobs_stop": Stop(False),
}
each_module = pytest.mark.parametrize("name", sorted(MODULES))


@functools.cache
def fragment(name, part="DOCUMENTATION"):
    module = FRAGMENTS[name][0] if name in FRAGMENTS else attributes
    return yaml.safe_load(getattr(module.ModuleDocFragment, part))


def bare(spec):
    """Return the part of an argument spec that the documentation repeats."""

    def one(option):
        kept = {key: value for key, value in option.items() if key not in ("no_log", "description", "version_added")}
        inner = kept.pop("suboptions", None) or kept.pop("options", None)
        return {**kept, "options": bare(inner)} if inner else kept

    return {name: one(option) for name, option in spec.items()}


@functools.cache
def documented(name):
    """Return the options of a module, including the options of its fragments."""
    documentation = yaml.safe_load(MODULES[name].DOCUMENTATION)
    options = dict(documentation["options"])
    for used in documentation["extends_documentation_fragment"]:
        _namespace, _collection, title, *part = used.split(".")
        for option, entry in fragment(title, part[0].upper() if part else "DOCUMENTATION")["options"].items():
            options[option] = {**entry, **options.get(option, {})}  # as in Ansible, the module overrides the fragment
    return options


@functools.cache
def returned(name):
    return yaml.safe_load(MODULES[name].RETURN)


def argument_spec(name, monkeypatch):
    """Return the spec that the module passes to Ansible."""

    class ModuleCreated(Exception):
        pass

    def module(**arguments):
        raise ModuleCreated(arguments)

    monkeypatch.setattr(MODULES[name], "DliModule", module)
    with pytest.raises(ModuleCreated) as caught:
        MODULES[name].main()
    return caught.value.args[0]


@pytest.mark.parametrize("name", sorted(FRAGMENTS))
def test_a_fragment_mirrors_its_argument_spec(name):
    assert bare(fragment(name)["options"]) == bare(FRAGMENTS[name][1]())


@pytest.mark.parametrize("name", sorted(FRAGMENTS))
def test_each_call_returns_a_new_spec(name):
    make = FRAGMENTS[name][1]
    assert make() == make() and make() is not make()


@each_module
def test_a_module_documents_exactly_its_options(name, monkeypatch):
    arguments = argument_spec(name, monkeypatch)
    assert bare(documented(name)) == bare(arguments["argument_spec"])
    assert arguments["supports_check_mode"] is True


@each_module
def test_every_option_is_described(name):
    for option, entry in documented(name).items():
        assert entry.get("description"), option


@each_module
def test_secrets_are_declared(name, monkeypatch):
    spec = argument_spec(name, monkeypatch)["argument_spec"]
    secret = {option for option in spec if re.search(r"key|token|password|secret|proxy", option)} - {"client_key"}  # a path
    assert {option for option, entry in spec.items() if entry.get("no_log")} == secret
    assert secret == {"access_key", "secret_key", "security_token", "auth_token", "password", "proxy"}
    assert spec["client_key"]["type"] == "path"


@each_module
def test_no_log_is_declared_for_names_of_secrets(name, monkeypatch):
    """Otherwise Ansible warns users about options whose names are similar to names of secrets."""
    for option, entry in argument_spec(name, monkeypatch)["argument_spec"].items():
        assert "no_log" in entry or not re.search(r"key|token|password|secret", option), option


#: Variables of other tools, which the library reads.
OTHERS = {
    "proxy": ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"],
    "ca_cert": ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
}


@pytest.mark.parametrize("option", sorted(_argspec.connection()))
def test_an_option_documents_its_environment_variables(option):
    """All variables, in the order of precedence."""
    names = re.findall(r"E\(([A-Z_]+)\)", str(fragment("connection")["options"][option]["description"]))
    assert names == [name for family in FAMILIES.values() for name in family.get(option, ())] + OTHERS.get(option, [])


def test_all_variables_are_documented_and_no_others():
    names = set(re.findall(r"\bE\(([A-Z_]+)\)", connection.ModuleDocFragment.DOCUMENTATION))
    read = {name for family in FAMILIES.values() for names in family.values() for name in names}
    assert names == read | {name for names in OTHERS.values() for name in names}
    assert f"C({SDK_ENDPOINT}<REGION>)" in connection.ModuleDocFragment.DOCUMENTATION


def test_every_variable_belongs_to_an_option():
    assert {option for family in FAMILIES.values() for option in family} <= set(_argspec.connection())


def test_the_notes_list_the_groups_of_variables_in_order():
    names = re.findall(r"C\(([A-Z_]+\*)\)", fragment("connection")["notes"][0])
    assert [f"the environment variables {name}" for name in names] == list(FAMILIES)


@each_module
def test_module_head(name):
    documentation = yaml.safe_load(MODULES[name].DOCUMENTATION)
    assert documentation["module"] == name
    assert set(documentation["attributes"]) == set(fragment("attributes")["attributes"])


@each_module
def test_module_is_in_the_action_group(name):
    runtime = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    (membership,) = fragment("attributes", "ACTION_GROUP")["attributes"]["action_group"]["membership"]
    assert name in runtime["action_groups"][membership.rpartition(".")[2]]


LIST, GET = client.PERMISSION_LIST, client.PERMISSION_GET
RUN, STOP, DELETE = client.PERMISSION_RUN, client.PERMISSION_STOP, client.PERMISSION_DELETE
CREATE, UPDATE = client.PERMISSION_CREATE, client.PERMISSION_UPDATE
#: Module -> the IAM permissions of its requests.
PERMISSIONS = {
    "dli_streaming_jar_job": [LIST, GET, CREATE, UPDATE, RUN, STOP, DELETE],
    "dli_streaming_job_graph_info": [LIST, GET],
    "dli_streaming_job_savepoint": [LIST, GET, UPDATE],
    "dli_streaming_jobs_delete": [LIST, GET, DELETE],
    "dli_streaming_jobs_export": [LIST, GET, client.PERMISSION_EXPORT],
    "dli_streaming_jobs_import": [LIST, CREATE],
    "dli_streaming_jobs_info": [LIST, GET],
    "dli_streaming_jobs_run": [LIST, GET, RUN],
    "dli_streaming_jobs_stop": [LIST, GET, STOP],
    "dli_streaming_sql_job": [LIST, GET, CREATE, UPDATE, RUN, STOP, DELETE],
}


@each_module
def test_notes_list_the_iam_permissions(name):
    (note,) = [note for note in yaml.safe_load(MODULES[name].DOCUMENTATION)["notes"] if "IAM permissions" in note]
    text = re.sub(r"C\(([a-zA-Z:]+)\)", r"\1", note)
    assert all(permission in text for permission in PERMISSIONS[name])
    assert text.count("dli:jobs:") == "".join(PERMISSIONS[name]).count("dli:jobs:")


@pytest.mark.parametrize("name", ["dli_streaming_jar_job", "dli_streaming_jobs_delete", "dli_streaming_sql_job"])
def test_force_defines_active_jobs(name):
    (definition,) = [text for text in documented(name)["force"]["description"] if text.startswith("A job is inactive if")]
    assert re.findall(r"V\((job_[a-z_]+)\)", definition) == list(statuses(stop=INACTIVE))


def test_stop_module_defines_inactive_jobs():
    (text,) = [text for text in yaml.safe_load(MODULES["dli_streaming_jobs_stop"].DOCUMENTATION)["description"] if "job_" in text]
    assert re.findall(r"V\((job_[a-z_]+)\)", text) == list(statuses(stop=INACTIVE))


def test_run_module_lists_statuses_that_need_no_start():
    (text,) = [text for text in yaml.safe_load(MODULES["dli_streaming_jobs_run"].DOCUMENTATION)["description"] if "job_" in text]
    assert sorted(re.findall(r"V\((job_[a-z_]+)\)", text)) == sorted(statuses(start=ACTIVE))


def statuses(**members):
    """Return the statuses with these members, in the order of the table."""
    return [name for name, entry in STATUSES.items() if all(getattr(entry, member) == members[member] for member in members)]


@pytest.mark.parametrize("name", [name for name in sorted(MODULES) if "_jobs_" in name and not name.endswith("_info")])
def test_module_for_several_jobs_documents_its_failure(name):
    description = " ".join(yaml.safe_load(MODULES[name].DOCUMENTATION)["description"])
    failure = r"The task fails if (any job|the import of any job) failed\. The result still contains every job, and C\(changed\)"
    assert re.search(failure, description)


@each_module
def test_every_return_value_has_a_sample(name):
    def check(values):
        for key, entry in values.items():
            assert {"description", "returned", "type", "sample"} <= set(entry), key
            assert entry["type"] != "list" or "elements" in entry, key
            check(entry.get("contains", {}))

    check(returned(name))


@each_module
def test_references_have_targets(name):
    text = "".join(getattr(MODULES[name], part) for part in ("DOCUMENTATION", "RETURN"))
    used = yaml.safe_load(MODULES[name].DOCUMENTATION)["extends_documentation_fragment"]
    included = [module for title, (module, _spec) in FRAGMENTS.items() if f"huaweicloud.cloud.{title}" in used]
    text += "".join(module.ModuleDocFragment.DOCUMENTATION for module in included)
    options, values = documented(name), returned(name)
    for reference in re.findall(r"\bO\(([a-z_]+)(?![a-z_.])", text):
        assert reference in options
    for reference in re.findall(r"\bRV\(([a-z_.\[\]]+)(?![a-z_.#])", text):
        top, _dot, inner = reference.replace("[]", "").partition(".")
        assert inner in values[top]["contains"] if inner else top in values


@each_module
def test_examples_use_existing_options(name):
    def tasks(entries):
        for entry in entries:
            yield from tasks(entry.get("block", []) + entry.get("rescue", []))
            yield entry

    used = [task[key] for task in tasks(yaml.safe_load(MODULES[name].EXAMPLES)) for key in task if key.endswith(name)]
    assert used
    for arguments in used:
        assert set(arguments or {}) <= set(documented(name))


# Batch modules: the samples are one result

each_batch = pytest.mark.parametrize("name", sorted(BATCHES))


@each_batch
def test_all_members_of_a_job_result_are_documented(name):
    documented_row = returned(name)["jobs"]["contains"]
    assert set(documented_row) == set(JobResult._fields)
    for sample in returned(name)["jobs"]["sample"]:
        assert set(sample) == set(documented_row)


@each_batch
def test_every_state_is_documented(name):
    description = returned(name)["jobs"]["contains"]["state"]["description"]
    assert re.findall(r"V\(([a-z_]+)\) - ", " ".join(description)) == list(states(BATCHES[name]))


def test_every_batch_module_is_known():
    assert {name for name, module in MODULES.items() if hasattr(module, "run_batch")} == set(BATCHES)


@each_batch
def test_the_samples_are_one_result(name):
    values, operation = returned(name), BATCHES[name]
    rows = [JobResult(**sample) for sample in values["jobs"]["sample"]]
    assert values["summary"]["sample"] == report.summary(operation, rows)
    assert values["msg"]["sample"] == report.message(operation, rows, check_mode=False)
    assert values["jobs"]["contains"]["msg"]["sample"] == f"{operation.wording.noun.capitalize()} accepted."


def lines_of_code(text):
    """Count the lines of a module that are neither documentation nor empty."""
    without = re.sub(r'^(DOCUMENTATION|EXAMPLES|RETURN) = r"""\n.*?^"""\n', "", text, flags=re.DOTALL | re.MULTILINE)
    return sum(bool(line.strip()) and not line.startswith("#") for line in without.splitlines())


@each_module
def test_a_module_file_has_few_lines_of_code(name):
    assert lines_of_code((CHECKOUT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")) <= 50
