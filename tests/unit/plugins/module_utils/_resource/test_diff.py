# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting of a job: how it is desired, sent, read back and compared."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import job_settings
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import SETTINGS, requires_stop, settings_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.diff import (
    apply_to,
    as_text,
    diff,
    from_api,
    parse_definition,
    payload_for_create,
    payload_for_update,
    settings_after_creation,
    tag_changes,
)

TOP, CONFIG = "top", "job_config"
WHILE_RUNNING = {"smn_topic", "restart_when_exception", "resume_checkpoint", "resume_max_num", "checkpoint_path", "obs_bucket"}
BOTH = (SQL, JAR)
#: name -> kinds, place, option, value in a request, values in a response that match, values in a response that differ.
TABLE = {
    "name": (BOTH, TOP, " a ", "a", ["a"], ["A", None]),
    "desc": (BOTH, TOP, "d", "d", ["d", " d "], ["", None, "e"]),
    "job_type": ((SQL,), TOP, "flink_sql_job", "flink_sql_job", ["flink_sql_job"], ["flink_opensource_sql_job"]),
    "sql_body": ((SQL,), TOP, "A\r\nB\n", "A\r\nB\n", ["A\nB", "A\nB\n\n", "A\r\nB"], ["", None, "A\n B", "\nA\nB"]),
    "run_mode": ((SQL,), TOP, "shared_cluster", "shared_cluster", ["shared_cluster", None, ""], ["exclusive_cluster"]),
    "queue_name": (BOTH, TOP, "q", "q", ["q"], ["", None, "p"]),
    "main_class": ((JAR,), TOP, "A", "A", ["A"], [None, "", "B"]),
    "entrypoint": ((JAR,), CONFIG, "a.jar", "a.jar", ["a.jar"], [None, "b.jar"]),
    "entrypoint_args": ((JAR,), TOP, "-a b", "-a b", ["-a b"], [None, "", "-a  b"]),
    "dependency_jars": ((JAR,), CONFIG, ["a", " ", "b "], ["a", "b"], [["a", "b"]], [["b", "a"], ["a"], [], None, "a,b"]),
    "dependency_files": ((JAR,), CONFIG, [], [], [[], None], [["a"]]),
    "feature": ((JAR,), CONFIG, "basic", "basic", ["basic"], ["custom", None]),
    "image": ((JAR,), CONFIG, "o/n:1", "o/n:1", ["o/n:1"], [None, "o/n:2"]),
    "flink_version": (BOTH, CONFIG, "1.10", "1.10", ["1.10"], ["1.1", 1.1, None]),
    "udf_jar_url": ((SQL,), CONFIG, "obs://a", "obs://a", ["obs://a"], [None]),
    "cu_number": (BOTH, CONFIG, 2, 2, [2, "2", None, ""], [3, "3", 0, "two"]),
    "manager_cu_number": (BOTH, CONFIG, 1, 1, [1, "1", None], [2]),
    "parallel_number": (BOTH, CONFIG, 4, 4, [4, "4", 4.0], [None, 1]),
    "tm_cus": (BOTH, CONFIG, 1, 1, [1, None], [2]),
    "tm_slot_num": (BOTH, CONFIG, 1, 1, [1, "1"], [None, 2]),
    "resource_config_version": (BOTH, CONFIG, "v1", "v1", ["v1", None, ""], ["v2"]),
    "checkpoint_enabled": (BOTH, CONFIG, False, False, [False, "false", None, ""], [True, "true", "True", "other"]),
    "checkpoint_mode": (BOTH, CONFIG, "exactly_once", 1, ["exactly_once", 1, "1", None], ["at_least_once", 2, "2"]),
    "checkpoint_interval": (BOTH, CONFIG, 10, 10, [10, "10"], [None, 30]),
    "checkpoint_path": ((JAR,), CONFIG, "b/p", "b/p", ["b/p"], [None, "b/q"]),
    "obs_bucket": (BOTH, CONFIG, "b", "b", ["b"], [None, "", "c"]),
    "log_enabled": (BOTH, CONFIG, True, True, [True, "true"], [False, None]),
    "smn_topic": (BOTH, CONFIG, "t", "t", ["t"], [None]),
    "restart_when_exception": (BOTH, CONFIG, True, True, [True], [False, None]),
    "resume_checkpoint": (BOTH, CONFIG, False, False, [False, None], [True]),
    "resume_max_num": (BOTH, CONFIG, -1, -1, [-1, "-1", None], [0, 3]),
    "idle_state_retention": ((SQL,), CONFIG, 3600, 3600, [3600, None], [3601]),
    "dirty_data_strategy": ((SQL,), CONFIG, "0", "0", ["0", 0, None], ["1", "2:b/d"]),
    "runtime_config": (BOTH, CONFIG, '{"a": 1, "b": 2}', '{"a": 1, "b": 2}', ['{"b":2,"a":1}', {"b": 2, "a": 1}], [None, "{}"]),
    "flink_log_config": (BOTH, CONFIG, '{"a":"b"}', '{"a":"b"}', ['{"a":"b"}', ' {"a": "b"}'], ["", '{"a":"c"}']),
    "execution_agency_urn": (BOTH, CONFIG, "u", "u", ["u"], [None]),
    "operator_config": ((SQL,), CONFIG, "[]", "[]", ["[]", "[ ]"], [None, "[1]"]),
    "static_estimator_config": ((SQL,), CONFIG, "{}", "{}", ["{}"], [None, '{"a":1}']),
    "resource_config": (
        BOTH,
        CONFIG,
        {"max_slot": 4, "parallel_number": None, "jobmanager_resource_spec": {"cpu": 1.0, "memory": ""}},
        {"max_slot": 4, "jobmanager_resource_spec": {"cpu": 1.0}},
        [{"max_slot": 4}, {"max_slot": "4", "parallel_number": 9, "jobmanager_resource_spec": {"cpu": 1, "memory": "4G"}}],
        [None, {}, {"max_slot": 4, "jobmanager_resource_spec": {"cpu": 2}}],
    ),
}
COMPARABLE = [(name, kind) for name, row in TABLE.items() for kind in row[0]]


def params(kind, **given):
    """Return the options of a module; the others are unset."""
    return {**dict.fromkeys(field.name for field in settings_of(kind)), **given}


def detail(place, name, value):
    """Return a job detail with one setting."""
    return {name: value, "job_config": {}} if place == TOP else {"job_config": {name: value}}


def test_table_is_complete():
    assert set(TABLE) == {field.name for field in SETTINGS} - {"template_id"}
    for field in SETTINGS:
        assert field.of == TABLE.get(field.name, ((SQL,),))[0], field


@pytest.mark.parametrize(("name", "kind"), COMPARABLE)
def test_every_setting(name, kind):
    _kinds, place, option, sent, fitting, other = TABLE[name]
    desired = parse_definition(kind, params(kind, **{name: option}))
    assert list(desired) == [name]
    for value in fitting:
        assert diff(kind, detail(place, name, value), desired) == [], value
    for value in other:
        assert diff(kind, detail(place, name, value), desired) == [name], value
    is_late = name in ("operator_config", "static_estimator_config")
    assert payload_for_create(desired, None) == ({} if is_late else {name: sent})
    assert settings_after_creation(desired) == ([name] if is_late else [])
    assert payload_for_update({}, desired) == {name: sent}


@pytest.mark.parametrize("kind", BOTH)
def test_unset_setting_is_neither_compared_nor_sent(kind):
    others = (job_settings.INTEGER, job_settings.BOOLEAN, job_settings.OBJECT)
    texts = [setting.name for setting in settings_of(kind) if setting.kind not in others]
    unset = dict.fromkeys(texts, "  ")
    unset.update({name: ["", " "] for name in texts if "dependency" in name}, resource_config={"max_slot": None})
    assert parse_definition(kind, params(kind, **unset)) == {}
    assert parse_definition(kind, params(kind)) == {}


@pytest.mark.parametrize("kind", BOTH)
def test_settings_that_can_change_while_job_runs(kind):
    names = [field.name for field in settings_of(kind)]
    assert set(names) - set(requires_stop(names)) == WHILE_RUNNING & set(names)


def test_update_contains_only_differences():
    """An unchanged obs_bucket makes the update of a running job fail (dli-api.md 2.3)."""
    current = {"desc": "d", "job_config": {"obs_bucket": "b", "smn_topic": None, "resume_max_num": -1}}
    desired = parse_definition(SQL, params(SQL, desc="d", obs_bucket="b", smn_topic="t", resume_max_num=3))
    names = diff(SQL, current, desired)
    assert names == ["smn_topic", "resume_max_num"]
    assert payload_for_update(current, {name: desired[name] for name in names}) == {"smn_topic": "t", "resume_max_num": 3}


def test_object_is_sent_complete():
    """Whether the service would complete it is not established."""
    current = {"job_config": {"resource_config": {"max_slot": 4, "jobmanager_resource_spec": {"cpu": 1.0, "memory": "4G"}}}}
    desired = parse_definition(SQL, params(SQL, resource_config={"jobmanager_resource_spec": {"cpu": 2.0}}))
    sent = payload_for_update(current, desired)
    assert sent == {"resource_config": {"max_slot": 4, "jobmanager_resource_spec": {"cpu": 2.0, "memory": "4G"}}}


@pytest.mark.parametrize("config", [None, [], "text"])
def test_detail_without_config(config):
    desired = parse_definition(SQL, params(SQL, cu_number=2, obs_bucket="b"))
    assert diff(SQL, {"job_config": config}, desired) == ["obs_bucket"]
    assert from_api(SQL, {"job_config": config, "name": "a"}) == {"name": "a"}


def test_template_id_is_sent_and_never_compared():
    desired = parse_definition(SQL, params(SQL, template_id=7))
    assert payload_for_create(desired, None) == {"template_id": 7}
    assert diff(SQL, {"template_id": 8}, desired) == []


@pytest.mark.parametrize(
    ("kind", "option", "wrong"),
    [
        (SQL, "run_mode", "edge_node"),
        (SQL, "job_type", "flink_jar_job"),
        (SQL, "checkpoint_mode", "3"),
        (JAR, "feature", "other"),
        (JAR, "resource_config_version", "v3"),
        (SQL, "name", "n" * 58),
        (SQL, "sql_body", "s" * (1024 * 1024 + 1)),
    ],
)
def test_invalid_value_is_refused_before_any_request(kind, option, wrong):
    with pytest.raises(InputError, match=rf"^Invalid {option}: .*\. Specify "):
        parse_definition(kind, params(kind, **{option: wrong}))


@pytest.mark.parametrize(("given", "sent"), [("1", 1), ("2", 2), ("at_least_once", 2)])
def test_checkpoint_mode_by_name_and_number(given, sent):
    assert payload_for_create(parse_definition(SQL, params(SQL, checkpoint_mode=given)), None) == {"checkpoint_mode": sent}


def test_tags_of_new_job():
    assert payload_for_create({"name": "a"}, {"k": "v"}) == {"name": "a", "tags": [{"key": "k", "value": "v"}]}
    assert payload_for_create({"name": "a"}, {}) == {"name": "a"}


@pytest.mark.parametrize(
    ("current", "desired", "purge", "add", "remove"),
    [
        ({}, {"a": "1"}, False, {"a": "1"}, {}),
        ({"a": "1", "b": "2"}, {"a": "1"}, False, {}, {}),
        ({"a": "1", "b": "2"}, {"a": "1"}, True, {}, {"b": "2"}),
        ({"a": "0", "b": "2"}, {"a": "1"}, False, {"a": "1"}, {}),
        ({"a": "0", "b": "2"}, {"a": "1"}, True, {"a": "1"}, {"b": "2"}),
        ({"a": "0", "b": "2"}, {}, True, {}, {"a": "0", "b": "2"}),
        ({"a": "0"}, {}, False, {}, {}),
    ],
)
def test_tags_of_existing_job(current, desired, purge, add, remove):
    assert tag_changes(current, desired, purge) == (add, remove)


def test_settings_read_have_names_of_requests():
    shown = {
        "name": "a",
        "sql_body": "A\n",
        "main_class": None,
        "status": "job_init",
        "job_config": {"checkpoint_mode": "at_least_once", "cu_number": "2", "real_cu_number": 0, "runtime_config": '{"b":1}'},
    }
    read = {"name": "a", "sql_body": "A", "checkpoint_mode": "at_least_once", "cu_number": 2, "runtime_config": {"b": 1}}
    assert from_api(SQL, shown) == read
    given = {**read, "runtime_config": '{"b": 1}'}
    assert diff(SQL, shown, parse_definition(SQL, params(SQL, **given))) == []


def test_diff_consists_of_sorted_lines():
    desired = {"sql_body": "A\n\n  B\n", "cu_number": 2, "dependency_jars": ["x", "y"], "desc": "d", "log_enabled": True}
    shown = apply_to({"desc": "old", "resource_config": {"max_slot": 1}}, desired)
    assert as_text(shown) == (
        "cu_number: 2\ndependency_jars:\n  - x\n  - y\ndesc: d\nlog_enabled: true\nresource_config:\n  max_slot: 1\n"
        "sql_body: |\n  A\n\n    B\n"
    )


def test_diff_of_objects_and_lists_contains_all_members():
    settings = {"operator_config": [{"name": "größe"}], "resource_config": {"b": {"c": 1.5}, "a": None}, "tags": {}}
    assert as_text(settings) == (
        'operator_config:\n  - {"name": "größe"}\nresource_config:\n  a: null\n  b:\n    c: 1.5\ntags: {}\n'
    )


def test_apply_to_keeps_other_members_of_an_object():
    before = {"resource_config": {"max_slot": 1, "parallel_number": 2}}
    after = apply_to(before, {"resource_config": {"max_slot": 3}})
    assert after == {"resource_config": {"max_slot": 3, "parallel_number": 2}}


@pytest.mark.parametrize(
    ("sent", "read"),
    [("2", 2), (2.0, 2), (" 2 ", 2), ("2.5", 2.5), (2.5, 2.5), (" many ", "many"), (True, True)],
)
def test_numbers_are_read_in_one_form(sent, read):
    value = from_api(SQL, {"job_config": {"cu_number": sent}})["cu_number"]
    assert (value, type(value)) == (read, type(read))


def test_number_in_an_object_keeps_its_fraction():
    current = {"job_config": {"resource_config": {"jobmanager_resource_spec": {"cpu": "1.5"}}}}
    for cpu, differing in ((1.5, []), (1.0, ["resource_config"])):
        desired = parse_definition(SQL, params(SQL, resource_config={"jobmanager_resource_spec": {"cpu": cpu}}))
        assert diff(SQL, current, desired) == differing


def test_boolean_that_is_not_known_is_read_unchanged():
    shown = {"job_config": {"log_enabled": "sometimes", "checkpoint_enabled": "True", "resume_checkpoint": "false"}}
    assert from_api(SQL, shown) == {"log_enabled": "sometimes", "checkpoint_enabled": True, "resume_checkpoint": False}


def test_message_for_a_value_that_is_not_supported():
    with pytest.raises(InputError) as caught:
        parse_definition(SQL, params(SQL, run_mode="x" * 41))
    assert str(caught.value) == (
        f"Invalid run_mode: '{'x' * 40}' is not supported. Specify one of shared_cluster, exclusive_cluster."
    )


def test_apply_to_changes_only_named_settings():
    assert apply_to({"desc": "old"}, {"cu_number": 3}) == {"desc": "old", "cu_number": 3}
    assert apply_to({"dependency_jars": ["a"]}, {"dependency_jars": []}) == {}


@pytest.mark.parametrize("kind", BOTH)
def test_every_setting_has_an_option(kind):
    spec = argspec.streaming_job(kind)
    assert {field.name for field in settings_of(kind)} <= set(spec)
    others = {field.name for field in SETTINGS} - {field.name for field in settings_of(kind)}
    assert not others & set(spec)


@pytest.mark.parametrize("name", ["runtime_config", "flink_log_config", "operator_config", "static_estimator_config"])
@pytest.mark.parametrize("text", ["{a: not json", "nonsense", '"a text"'])
def test_invalid_json_is_refused_before_any_request(name, text):
    with pytest.raises(InputError, match=rf"^Invalid {name}: the value is not valid JSON\. Specify a dictionary or JSON text\.$"):
        parse_definition(SQL, {**dict.fromkeys([field.name for field in settings_of(SQL)]), name: text})
