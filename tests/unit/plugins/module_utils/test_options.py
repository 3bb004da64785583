# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options as surveys, command lines and playbooks pass them: job IDs, names, numbers and empty texts."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._options import (
    LARGEST_ID,
    not_negative,
    parse_all,
    positive,
    select,
    select_any,
    select_one,
    tag_texts,
    text_or_none,
)


@pytest.mark.parametrize(
    "given, ids",
    [
        (["131"], (131,)),
        (["131", "130"], (131, 130)),
        ([131, 130], (131, 130)),
        (["131, 130"], (131, 130)),
        (["131 130"], (131, 130)),
        (["131\n130\r\n129\n"], (131, 130, 129)),
        ([" 131 ", "", "\t130"], (131, 130)),
        (["131,,130,"], (131, 130)),
        # -e 'job_ids=[131, 130]' arrives as one text, split at its commas.
        (["[131", " 130]"], (131, 130)),
        (["[131,130]"], (131, 130)),
        (["[ 131 ]"], (131,)),
        (["['131'", "'130']"], (131, 130)),
        (['["131"', ' "130"]'], (131, 130)),
        (["1"], (1,)),
        ([str(LARGEST_ID)], (LARGEST_ID,)),
    ],
)
def test_ids(given, ids):
    assert select(given, None) == (select(list(map(str, ids)), None))
    assert select(given, None).ids == ids
    assert select(given, None).names == select(given, None).warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "True",
        "1.0",
        "131.5",
        "0",
        "-1",
        "+1",
        "007",
        "1_000",
        "1e3",
        "0x10",
        "131;130",
        "'131'",
        "[131",
        "131]",
        "[[131]]",
        "{131}",
        "null",
        "None",
        "１３１",  # digits of another script
        "²",
        str(LARGEST_ID + 1),
        "9" * 5000,  # longer than Python parses
    ],
)
def test_invalid_id(text):
    """A job ID is an int64 (dli-api.md 1.1); any other value is an error and must not start a job."""
    with pytest.raises(InputError, match="^Invalid job_ids: ") as caught:
        select(["131", text], None)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "given, names",
    [
        (["orders"], ("orders",)),
        (["orders enriched"], ("orders enriched",)),
        (["a,b", "c\nd\r\ne"], ("a", "b", "c", "d", "e")),
        ([" a ", "", " "], ("a",)),
        (["['a'", " 'b c']"], ("a", "b c")),
        (["131"], ("131",)),
        (["[prod] orders"], ("[prod] orders",)),
        (["[prod]"], ("[prod]",)),
        (["'quoted'"], ("'quoted'",)),
        (["流作业"], ("流作业",)),
    ],
)
def test_names(given, names):
    assert select(None, given).names == names
    assert select(None, given).ids == ()


@pytest.mark.parametrize("option", ["job_ids", "job_names"])
@pytest.mark.parametrize(("element", "kind"), [({"a": 1}, "a dictionary"), ([1], "a list")])
def test_element_of_another_type(option, element, kind):
    with pytest.raises(InputError) as caught:
        select(**{"job_ids": ["131"], "job_names": ["a"], option: ["7", element]})
    assert str(caught.value) == f"Invalid {option}: element 2 is {kind}. Specify a text or a number."


def test_name_that_no_job_can_have():
    longest = "n" * 57
    assert select(None, [longest]).names == select_one(None, longest).names == (longest,)
    start = "'nnnnnnnnnnnnnnnnnnnn'... has 58 characters. Specify names of at most 57 characters."
    with pytest.raises(InputError, match=f"^Invalid job_names: {start}$"):
        select(None, ["a", "n" * 58])
    with pytest.raises(InputError, match=f"^Invalid job_name: {start}$"):
        select_one(None, "n" * 58)


def test_elements_that_are_numbers_or_null():
    selection = select([131, None], [7, None, "a"])
    assert (selection.ids, selection.names) == ((131,), ("7", "a"))


@pytest.mark.parametrize(("value", "kind"), [({"b": 1}, "a dictionary"), ([], "a list")])
def test_tag_value_of_another_type(value, kind):
    with pytest.raises(InputError) as caught:
        tag_texts({"a": value, "c": "d", 7: value})
    texts = [f"Invalid tags: the value of {key!r} is {kind}. Specify a text or a number." for key in ("a", "7")]
    assert str(caught.value) == " ".join(texts)


def test_all_messages_are_reported_once():
    def refuse(text):
        raise InputError(text)

    assert parse_all() == [] and parse_all(lambda: 1, lambda: 2) == [1, 2]
    with pytest.raises(InputError, match=r"^A\. B\.$"):
        parse_all(lambda: refuse("A."), lambda: 1, lambda: refuse("B."), lambda: refuse("A."))


def test_order_is_kept_with_ids_first():
    selection = select(["3", "1", "2"], ["b", "a"])
    assert (selection.ids, selection.names) == ((3, 1, 2), ("b", "a"))


@pytest.mark.parametrize(
    "ids, names, expected_ids, expected_names, warnings",
    [
        (["1", "2", "1", "1"], [], (1, 2), (), ["The option job_ids contains 1 more than once. Each job is handled once."]),
        (["2 1 2 1"], [], (2, 1), (), ["The option job_ids contains 2, 1 more than once. Each job is handled once."]),
        (["1"], ["a,a"], (1,), ("a",), ["The option job_names contains a more than once. Each job is handled once."]),
        (["1,1"], ["a", "a"], (1,), ("a",), ["The option job_ids contains 1 ", "The option job_names contains a "]),
        (["1"], ["1"], (1,), ("1",), []),
    ],
)
def test_repetition_is_processed_once_with_warning(ids, names, expected_ids, expected_names, warnings):
    selection = select(ids, names)
    assert (selection.ids, selection.names) == (expected_ids, expected_names)
    assert len(selection.warnings) == len(warnings)
    assert all(text.startswith(start) for text, start in zip(selection.warnings, warnings))


@pytest.mark.parametrize("nothing", [None, [], [""], [" \n"], ["[]"], ["[ ]"], ["[", "]"]])
def test_missing_jobs(nothing):
    with pytest.raises(InputError, match="^Missing job_ids or job_names. "):
        select(nothing, nothing)
    assert select(nothing, ["a"]).names == ("a",)
    assert select(["1"], nothing).ids == (1,)


@pytest.mark.parametrize(
    ("job_id", "job_name", "selected"),
    [
        (" 131\n", None, ((131,), ())),
        (131, "", ((131,), ())),
        ("", " orders ", ((), ("orders",))),
    ],
)
def test_one_job(job_id, job_name, selected):
    one = select_one(job_id, job_name)
    assert (one.ids, one.names) == selected


@pytest.mark.parametrize(
    ("job_id", "job_name", "message"),
    [
        (None, "", "^Missing job_id or job_name. Set exactly one of them.$"),
        ("131", "orders", "^Conflicting options: job_id and job_name. Set exactly one of them.$"),
        ("131,130", None, "^Invalid job_id: '131,130' is not a job ID. Specify a whole number from "),
        ("0", None, "^Invalid job_id: '0'"),
    ],
)
def test_selection_that_is_not_one_job(job_id, job_name, message):
    with pytest.raises(InputError, match=message):
        select_one(job_id, job_name)


def test_select_any_accepts_empty_options():
    for empty in (None, [], [""], [" \n "], ["[]"]):
        nothing = select_any(empty, empty)
        assert (nothing.ids, nothing.names) == ((), ())


@pytest.mark.parametrize("separators", [[","], ["", ""], ["", " , "], [",\n,"]])
def test_separators_only_do_not_select_all_jobs(separators):
    with pytest.raises(InputError, match="^Invalid job_ids: .* contains no job"):
        select_any(separators, ["a"])
    with pytest.raises(InputError, match="^Invalid job_names: .* contains no job"):
        select_any(["131"], separators)


@pytest.mark.parametrize(
    "value, text",
    [(None, None), ("", None), (" \t\n", None), ("a", "a"), (" a b\n", "a b"), (0, "0"), (131, "131")],
)
def test_empty_text_is_unset(value, text):
    """AWX surveys send empty texts for fields that were not filled in."""
    assert text_or_none(value) == text


@pytest.mark.parametrize("value", [0.001, 1, 60, 10**9 - 1])
def test_numbers_accepted(value):
    assert positive("n", value) == not_negative("n", value) == value


def test_zero_is_not_negative():
    assert not_negative("n", 0) == 0


@pytest.mark.parametrize("value", [0, -0.5, -1, 10**9, float("inf"), float("-inf"), float("nan")])
def test_positive_refuses(value):
    with pytest.raises(InputError, match=r"^Invalid wait_timeout: .* greater than 0"):
        positive("wait_timeout", value)


@pytest.mark.parametrize("value", [-0.5, -1, 10**9, float("inf"), float("nan")])
def test_not_negative_refuses(value):
    with pytest.raises(InputError, match=r"^Invalid max_retries: .* at least 0"):
        not_negative("max_retries", value)


def test_error_message_of_number():
    with pytest.raises(InputError) as caught:
        positive("wait_timeout", -3)
    assert str(caught.value) == "Invalid wait_timeout: -3. Specify a number greater than 0 and less than 1000000000."
