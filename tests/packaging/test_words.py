# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The check of words (``scripts/words.py``) and of the form of messages (``message_rules.py``) find what they are for."""

from __future__ import annotations

import message_rules
import pytest
import words

ENTRY = [words.parse("bad|very bad", "good")]


@pytest.mark.parametrize("text", ["bad", "a Bad thing", "is_bad_now", "`bad`", "very bad", "x = bad()"])
def test_word_is_found(text):
    assert [(line, write) for line, _word, write in words.find(text, ENTRY)] == [(1, "good")]


@pytest.mark.parametrize("text", ["badge", "forbad", "", "good"])
def test_part_of_a_word_is_not_found(text):
    assert not list(words.find(text, ENTRY))


def test_ordinary_use_is_allowed():
    entry = words.parse("bad", "good", allow=[r"\bbad request\b"])
    assert not list(words.find("HTTP 400 (Bad Request)", [entry]))
    assert list(words.find("a bad request, and a bad response", [entry]))


def test_line_number_is_reported():
    assert [line for line, *_rest in words.find("good\nbad\ngood\nbad bad\n", ENTRY)] == [2, 4, 4]


@pytest.mark.parametrize("entry", message_rules.WORD_LIST, ids=lambda entry: entry.write)
def test_replacement_is_not_on_the_list(entry):
    assert not list(words.find(entry.write, [entry]))


@pytest.mark.parametrize(
    "message",
    [
        "Start accepted.",
        "1 of 3 jobs started, 2 failed: 131 not_found (DLI.16001). See jobs[].msg for details.",
        "Could not list the jobs: HTTP 403 APIGW.0302 (no; ask somebody. or not) from https://host. Check project_id.",
        "Invalid job_ids: 'walk; the road' is not a job ID. Specify e.g. 131.",
    ],
)
def test_message_is_in_the_form(message):
    assert message_rules.find_problems(message) == []


@pytest.mark.parametrize(
    "message, problem",
    [
        ("start accepted.", "does not begin with a capital letter or a number"),
        ("Start accepted", "does not end with a period"),
        ("Start accepted..", "has two periods"),
        ("Not started: refused; run it again.", "has clauses joined by a semicolon"),
        ("Not started. run it again.", "has a sentence that does not begin with a capital letter"),
        ("Not started.\nRun it again.", "is longer than one line"),
        ("Mend the job.", "contains 'Mend': write fix"),
        ("The job's SQL; the user's job.", "has clauses joined by a semicolon"),
    ],
)
def test_message_is_not_in_the_form(message, problem):
    assert message_rules.find_problems(message) == [problem]


def test_every_message_of_a_result_is_checked():
    jobs = [{"msg": "Two."}, {"msg": ""}]
    result = {"request_ids": [], "msg": "One.", "jobs": jobs, "job": {"msg": "Three."}, "warnings": ["Four."]}
    assert list(message_rules.messages(result)) == ["One.", "Two.", "Three.", "Four."]
    message_rules.check_task(result)
    message_rules.check_task({"msg": "missing required arguments: job_ids"})
    with pytest.raises(AssertionError, match=r"'four' does not"):
        message_rules.check_task({**result, "warnings": ["four"]})
