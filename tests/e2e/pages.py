# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Sections and fenced blocks of the documentation pages."""

from __future__ import annotations

import re
import textwrap
from typing import NamedTuple

from task_runs import CHECKOUT

#: Pages whose blocks do not run in a terminal only. test_awx_pages.py and tests/eda/test_guide.py run them.
_OWN_TESTS = {CHECKOUT / "docs" / f"{name}.md" for name in ("awx", "execution_environments", "event_driven")}
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted(set((CHECKOUT / "docs").glob("*.md")) - _OWN_TESTS)]
_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)
#: The headings of the sections of a page, if they are not those of the second level.
_SECTIONS = {"troubleshooting.md": re.compile(r"\n#{2,3} ")}
_SECOND_LEVEL = re.compile(r"\n## ")
_FENCE = re.compile(r"^ *(```|~~~)", re.MULTILINE)


class Block(NamedTuple):
    language: str
    text: str


class Section(NamedTuple):
    """The text below a heading of the second level, or also of the third level on pages with groups of sections."""

    page: str
    title: str
    blocks: list[Block]

    def __str__(self) -> str:
        return f"{self.page}: {self.title}"


def _sections() -> list[Section]:
    found = []
    for page in PAGES:
        for text in _SECTIONS.get(page.name, _SECOND_LEVEL).split(page.read_text(encoding="utf-8")):
            blocks = [Block(one["language"], textwrap.dedent(one["text"])) for one in _BLOCK.finditer(text)]
            found.append(Section(page.name, text.partition("\n")[0].lstrip("# "), blocks))
    return found


#: Every section with blocks.
SECTIONS = [section for section in _sections() if section.blocks]


def fences() -> int:
    """Return the number of lines that open or close a block, with any fence."""
    return sum(len(_FENCE.findall(page.read_text(encoding="utf-8"))) for page in PAGES)
