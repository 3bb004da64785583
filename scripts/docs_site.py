# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Build the documentation site and check its links."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nox
from collection_tree import NAME, ROOT, collections_path, galaxy_value

# Element -> the attribute with a URL that a browser loads automatically.
_LOADED = {**dict.fromkeys(("script", "img", "iframe", "source", "video", "audio", "embed"), "src"), "object": "data"}
_PAGES = ("docs/*.md", "docs/images/*", "CONTRIBUTING.md", "RELEASING.md")
_LINK_ONLY = {"canonical", "next", "prev", "search", "index", "author", "license"}
# URLs that a style sheet or an SVG image loads from another host.
_OUTSIDE = re.compile(r"""(?:url\(|@import )["']?((?:https?:)?//[^"')]+)|<(?:image|use)[^>]*href="(https?:[^"]+)""")


def build(session: nox.Session, venv: Path, staged: Path, home: Path) -> Path:
    """Build the site of a staged collection, and return its directory."""
    source, built = home / "source", home / "html"
    for folder in (source, built):
        shutil.rmtree(folder, ignore_errors=True)
    # Keep the relative paths of the checkout, because the links depend on them.
    for page in (path for pattern in _PAGES for path in staged.glob(pattern)):
        target = source / page.relative_to(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, target)
    shutil.copyfile(staged / "docs" / "site" / "index.md", source / "index.md")
    _module_pages(session, venv, staged, source / "modules")
    options = ("-W", "--keep-going", "--fresh-env", "--quiet", "-j", "2", "-c", ROOT / "docs" / "site")
    session.run(venv / "bin" / "sphinx-build", *options, *session.posargs, source, built, external=True)
    errors = list(_link_errors(built))
    if errors:
        session.error("the site has wrong links:\n" + "\n".join(errors))
    return built


def _module_pages(session: nox.Session, venv: Path, staged: Path, target: Path) -> None:
    """Generate a page for each module and role with antsibull-docs."""
    # antsibull-docs rejects a directory that is writable for other users.
    target.mkdir(mode=0o700)
    settings = target.parent.parent / "antsibull-docs.cfg"
    settings.write_text(f"collection_url = {{\n    * = {galaxy_value('repository')}\n}}\n", encoding="utf-8")
    env = {"ANSIBLE_COLLECTIONS_PATH": str(collections_path(staged)), "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    options = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", target)
    command = (venv / "bin" / "antsibull-docs", "--config-file", settings, "collection", *options, ".".join(NAME))
    session.run(*command, env=env, external=True)
    # The index of environment variables would be empty, because the modules read them without declarations.
    (target / "environment_variables.rst").unlink()
    for page in target.glob("*.rst"):
        text = page.read_text(encoding="utf-8")
        # The theme shows its own table of contents, and shows an error for a second one in the text.
        text = re.sub(r"(?m)^\.\. contents::\n(   .*\n)+", "", text)
        # Move the short description out of the title, because long titles break within words on small screens.
        text = re.sub(r"(?m)^\w+\.\w+\.(\w+ (?:module|role)) -- (.*)\n(\++)$", r"\1\n\3\n\n*\2*", text)
        if page.stem == "index":
            text = re.sub(r"(?m)^\w+\.\w+\n=+$", "Modules and roles\n=================", text, count=1)
            text = re.sub(r"(?m)^    (\w+)_(module|role)$", r"    \1 <\1_\2>", text)
        page.write_text(text, encoding="utf-8")


class _Page(HTMLParser):
    """The resources, links and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in _LINK_ONLY:
            self.loaded.append(found["href"])
        elif _LOADED.get(tag, "") in found:
            self.loaded.append(found[_LOADED[tag]])
        self.loaded += re.findall(r"url\(([^)]+)\)", found.get("style", ""))


def _link_errors(built: Path) -> Iterator[str]:
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in built.rglob("*.html")}
    for path, page in pages.items():
        name = path.relative_to(built)
        for address in (*page.loaded, *page.links):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if address in page.loaded and parts.scheme != "data":
                    yield f"{name}: loads {address} from another host"
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{name}: target of link {address} not found"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{name}: anchor of link {address} not found"
    for path in (*built.rglob("*.css"), *built.rglob("*.svg")):
        text = path.read_text(encoding="utf-8")
        for address in _OUTSIDE.findall(text):
            yield f"{path.relative_to(built)}: loads {''.join(address)} from another host"
