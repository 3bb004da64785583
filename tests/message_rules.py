# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The form of messages: whole sentences, without words that are listed in ``scripts/words.toml``.

The end-to-end tests and the property tests apply this to every message of every module that they run.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import words

WORD_LIST = words.read_list()
#: Texts of the service, of the system or of the user, which a message quotes in parentheses or quotation marks.
QUOTED = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|(?<!\w)'[^']*'|\"[^\"]*\"")
#: The text of ansible-core for a missing library.
MISSING_LIBRARY = "Failed to import the required Python library"
#: (problem, pattern). A sentence begins with a capital letter, or with a number ("3 of 5 jobs started.").
RULES = (
    ("does not begin with a capital letter or a number", re.compile(r"\A(?![A-Z0-9])")),
    ("does not end with a period", re.compile(r"(?<![.])\Z")),
    ("has two periods", re.compile(r"(?<![.])[.] ?[.](?![.])")),
    ("has clauses joined by a semicolon", re.compile(r";(?: |$)")),
    ("has a sentence that does not begin with a capital letter", re.compile(r"(?<!e[.]g)(?<!i[.]e)[.] [a-z]")),
    ("is longer than one line", re.compile(r"\n")),
)


@lru_cache(maxsize=10_000)  # random scenarios produce the same messages again and again
def find_problems(message: str) -> list[str]:
    """Return what is wrong with the form of a message."""
    own = QUOTED.sub("()", message)
    found = [problem for problem, pattern in RULES if pattern.search(own)]
    return found + [f"contains {word!r}: write {write}" for _line, word, write in words.find(own, WORD_LIST)]


def messages(result: Mapping[str, t.Any]) -> Iterator[str]:
    """Yield the messages of the result of a module: its own, those of its jobs, and its warnings."""
    rows = [*(result.get("jobs") or ()), result.get("job") or {}]
    for holder in (result, *rows):
        if isinstance(holder, Mapping) and holder.get("msg"):
            yield str(holder["msg"])
    yield from (str(warning) for warning in result.get("warnings") or ())


def check(texts: Iterable[str]) -> None:
    """Fail if a message is not in this form."""
    own = [text for text in texts if not text.startswith(MISSING_LIBRARY)]
    found = [f"{text!r} {problem}" for text in own for problem in find_problems(text)]
    assert not found, "\n".join(found)


def check_task(result: Mapping[str, t.Any]) -> None:
    """Check the messages of the result of a task; only modules of this collection return ``request_ids``, others pass."""
    if "request_ids" in result:
        check(messages(result))
