# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sphinx configuration for the guides and the module pages, which ``make docs`` copies. Needs no network."""

import posixpath
import re
import zlib
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
GALAXY = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
ANSIBLE_DOCS = "https://docs.ansible.com/projects/ansible/latest/"

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
author = GALAXY["authors"][0].partition(" (")[0]
copyright = author  # noqa: A001 - a name of Sphinx
version = release = GALAXY["version"]

extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
# static/site.css sets these colours to those of furo, which have a light and a dark variant.
antsibull_ext_color_scheme = "none"
pygments_style = "tango"
pygments_dark_style = "github-dark"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

# Blocks with output have the language text.
highlight_language = "text"


def write_inventory(path: Path, labels: dict[str, str]) -> None:
    """Write the part of the inventory of docs.ansible.com that module pages refer to. intersphinx would download it."""
    lines = "".join(f"{label} std:label -1 {url} {title}\n" for label, (url, title) in labels.items())
    head = ("Sphinx inventory version 2", "Project: ansible", "Version: ", "The remainder of this file is compressed using zlib.")
    path.write_bytes("".join(f"# {line}\n" for line in head).encode() + zlib.compress(lines.encode()))


def setup(app) -> None:
    inventory = Path(app.outdir).parent / "ansible.inv"
    inventory.parent.mkdir(parents=True, exist_ok=True)
    write_inventory(
        inventory,
        {
            "common_return_values": ("reference_appendices/common_return_values.html", "Return Values"),
            "action_plugins": ("plugins/action.html", "Action plugins"),
            "ansible_configuration_settings": ("reference_appendices/config.html", "Ansible Configuration Settings"),
        },
    )
    app.config.intersphinx_mapping = {"ansible": (ANSIBLE_DOCS, str(inventory))}
    app.connect("source-read", rewrite_links)


def rewrite_links(app, name: str, source: list[str]) -> None:
    """Rewrite the relative links of a guide, which are valid in the repository, for the site.

    A link to the source of a module or role becomes a link to its page. A link to a file without a page becomes a link to
    the repository.
    """

    def rewrite(link: re.Match[str]) -> str:
        target, anchor = link["target"], link["anchor"] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        if (Path(app.srcdir) / path).is_file():
            return link[0]
        if module := re.fullmatch(r"plugins/modules/(\w+)\.py", path):
            page = f"modules/{module[1]}_module.rst"
        elif role := re.fullmatch(r"roles/(\w+)(/.*)?", path):
            page = f"modules/{role[1]}_role.rst"
        else:
            return f"]({GALAXY['repository']}/blob/main/{path}{anchor})"
        return f"]({posixpath.relpath(page, posixpath.dirname(name) or '.')})"

    if app.env.doc2path(name).suffix == ".md":
        source[0] = re.sub(r"\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)", rewrite, source[0])
