# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find words that plain technical English does not need in the text files of the checkout, or in the files given.

The list, with replacements and ordinary uses, is ``words.toml``. Exits with 1 if any is found.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import tomllib

HERE = Path(__file__).parent
LIST = HERE / "words.toml"
#: Texts with other authors, the list itself, and examples of words that are on it.
EXEMPT = re.compile(r"^(LICENSES?(/.*)?|CODE_OF_CONDUCT\.md|requirements/.*\.txt|scripts/words\.toml|.*/test_words\.py)$")


class Entry(NamedTuple):
    words: re.Pattern[str]
    allow: re.Pattern[str] | None
    write: str


def read_list(path: Path = LIST) -> list[Entry]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["entry"]
    return [parse(**entry) for entry in entries]


def parse(words: str, write: str, allow: Iterable[str] = ()) -> Entry:
    """Return an entry. An underscore ends a word, so that the parts of identifiers count as words too."""
    pattern = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)
    return Entry(pattern, re.compile("|".join(allow), re.IGNORECASE) if allow else None, write)


def find(text: str, entries: Iterable[Entry]) -> Iterator[tuple[int, str, str]]:
    """Yield line number, word found and what to write instead."""
    for number, line in enumerate(text.splitlines(), 1):
        for entry in entries:
            rest = entry.allow.sub("", line) if entry.allow else line
            for match in entry.words.finditer(rest):
                yield number, match[0].strip(), entry.write


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HERE.parent, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and not EXEMPT.match(name)]


def main(names: list[str]) -> int:
    entries, found = read_list(), 0
    for name in names or tracked_files():
        path = HERE.parent / name
        try:
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
        except UnicodeDecodeError:
            continue  # a binary file
        for number, word, write in find(text, entries):
            found += 1
            print(f"{name}:{number}: {word!r}: write {write}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
