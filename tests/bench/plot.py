# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Draws the picture of docs/performance.md. Arguments: results.json, and the file to write (SVG, or PNG for a preview)."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import matplotlib as mpl
import results
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from report import ALT, seconds_text
from results import Results, Series, load

#: Colour in the plot -> its name in the style sheet, and the colour on dark pages.
COLOURS = {
    "#ffffff": ("paper", "#151b23"),
    "#d0d7de": ("line", "#3d444d"),
    "#1f2328": ("ink", "#f0f6fc"),
    "#59636e": ("soft", "#9aa4ae"),
    "#0969da": ("blue", "#58a6ff"),
    "#9a6700": ("amber", "#d8a32d"),
    "#1a7f37": ("green", "#3fb950"),
}
PAPER, LINE, INK, SOFT, BLUE, AMBER, GREEN = COLOURS
#: The module, the other revision and the script without Ansible; all other clients have the same colour.
SUBJECT_COLOURS = {results.OURS: BLUE, results.BEFORE: AMBER, results.SCRIPT: GREEN}
TITLE = "Duration of the module and of other clients"


def bars(axes: Axes, found: Results, case: str, title: str, is_logarithmic: bool = False) -> None:
    """Draw a bar for the median of each client, and a line from the shortest to the longest run."""
    series = [one for one in found.series if one.case == case]
    for place, one in enumerate(series):
        axes.barh(place, one.median, height=0.62, color=SUBJECT_COLOURS.get(one.subject, SOFT))
        low, high = min(one.seconds), max(one.seconds)
        axes.hlines(place, low, high, color=INK, linewidth=1.4)
        axes.vlines((low, high), place - 0.12, place + 0.12, color=INK, linewidth=1.4)
        axes.annotate(seconds_text(one.median), (high, place), (5, 0), textcoords="offset points", va="center", color=INK)
    highest = max(max(one.seconds) for one in series)
    if is_logarithmic:
        axes.set_xscale("log")
        axes.set_xlim(min(min(one.seconds) for one in series) / 2, highest * 5)
    else:
        axes.set_xlim(0, highest * 1.22)
    axes.set_yticks(range(len(series)), [one.subject for one in series])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    _finish(axes, title)
    axes.xaxis.set_major_formatter(FuncFormatter(_axis_text))


def lines(axes: Axes, found: Results, title: str) -> None:
    """Draw the duration for each number of jobs, with the range of all runs as an area."""
    by_subject: dict[str, list[Series]] = {}
    for one in found.series:
        if one.case == results.SIZES:
            by_subject.setdefault(one.subject, []).append(one)
    for subject, series in by_subject.items():
        jobs, colour = [one.jobs for one in series], SUBJECT_COLOURS.get(subject, SOFT)
        axes.plot(jobs, [one.median for one in series], marker="o", color=colour, linewidth=1.8, markersize=4, label=subject)
        lowest, highest = [min(one.seconds) for one in series], [max(one.seconds) for one in series]
        axes.fill_between(jobs, lowest, highest, color=colour, alpha=0.15)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("jobs", color=SOFT)
    legend = axes.legend(loc="upper left", frameon=False, labelcolor=INK)
    legend.set_in_layout(False)
    _finish(axes, title)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(_axis_text))


def _axis_text(seconds: float, _place: int) -> str:
    return f"{seconds:g} s"


def _finish(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", color=INK, fontsize=10.5, fontweight="bold")
    axes.tick_params(colors=SOFT, labelcolor=INK, which="both")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)


def draw(found: Results, file: object, kind: str) -> None:
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "performance", "font.size": 9})
    mpl.rcParams.update({"axes.grid": True, "grid.color": LINE, "grid.linewidth": 0.6, "axes.axisbelow": True})
    mpl.rcParams.update({"figure.constrained_layout.hspace": 0.08, "figure.constrained_layout.wspace": 0.05})
    figure, ((task, adhoc), (hundred, sizes)) = plt.subplots(2, 2, figsize=(10, 6.6), layout="constrained", facecolor=PAPER)
    for axes in (task, adhoc, hundred, sizes):
        axes.set_facecolor(PAPER)
    bars(task, found, results.TASK, "One job: a task in a longer play")
    bars(adhoc, found, results.ADHOC, "One job: an ad hoc command")
    bars(hundred, found, results.HUNDRED, "100 jobs, logarithmic scale", is_logarithmic=True)
    lines(sizes, found, "Jobs in one task, logarithmic scales")
    metadata = {"Date": None, "Creator": None} if kind == "svg" else None
    figure.savefig(file, format=kind, metadata=metadata, facecolor=PAPER, dpi=110)


def with_colour_schemes(svg: str) -> str:
    """Return the picture with a title and a description, and with colours for light and for dark pages."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r" <metadata>.*?</metadata>\n", "", svg, flags=re.DOTALL)
    light = "; ".join(f"--{name}: {colour}" for colour, (name, _dark) in COLOURS.items())
    dark = "; ".join(f"--{name}: {colour}" for name, colour in COLOURS.values())
    for colour, (name, _dark) in COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    head = (
        "<!-- Copyright: Contributors to the huaweicloud.cloud collection; GPL-3.0-or-later. Generated by make bench. -->\n"
        f'<title id="title">{TITLE}</title>\n<desc id="desc">{ALT}</desc>\n'
        f"<style>\n  svg {{ {light} }}\n  @media (prefers-color-scheme: dark) {{\n    svg {{ {dark} }}\n  }}\n</style>\n"
    )
    opening, rest = re.split(r"(?<=>)\n", svg, maxsplit=1)
    opening = opening.replace("<svg ", '<svg role="img" aria-labelledby="title desc" ', 1)
    return f"{opening}\n{head}{rest}"


def main(source: str, target: str) -> None:
    found = load(Path(source))
    if target.endswith(".png"):
        draw(found, target, "png")
        return
    text = io.StringIO()
    draw(found, text, "svg")
    lines_of_text = (line.rstrip() for line in with_colour_schemes(text.getvalue()).splitlines())
    Path(target).write_text("\n".join(lines_of_text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
