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
#: Texts of others, and examples of words that are on the list.
EXEMPT = re.compile(r"^(LICENSES?(/.*)?|CODE_OF_CONDUCT\.md|requirements/.*\.txt|scripts/words\.toml|.*/test_words\.py)$")


class Entry(NamedTuple):
    words: re.Pattern[str]
    allow: re.Pattern[str] | None
    write: str


def read_list(path: Path = LIST) -> list[Entry]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["entry"]
    return [Entry(_words(entry["words"]), _allowed(entry.get("allow", [])), entry["write"]) for entry in entries]


def _words(pattern: str) -> re.Pattern[str]:
    """An underscore ends a word, so that the parts of identifiers count as words too."""
    return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE)


def _allowed(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


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
            continue  # a picture
        for number, word, write in find(text, entries):
            found += 1
            print(f"{name}:{number}: {word!r}: write {write}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
