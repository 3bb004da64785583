# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parsing of options: numbers, job ids and names, OBS paths, timeouts. Each error names the option. Pure."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ._errors import InputError

#: Seconds in about 30 years; a larger number is an error.
LARGEST = 10**9
LARGEST_ID = 2**63 - 1
#: A shorter secret is refused: this cloud has none, and masking it would remove letters from all messages.
SHORTEST_SECRET = 6

T = t.TypeVar("T")


def text_or_none(value: object) -> str | None:
    """Return a stripped text; an empty one counts as unset (AWX surveys send those)."""
    text = "" if value is None else str(value).strip()
    return text or None


def positive(name: str, value: float) -> float:
    """Return a number of seconds above zero; raise InputError if it is not."""
    if not 0 < value < LARGEST:
        raise InputError(f"{name} must be more than 0 and less than {LARGEST}, not {str(value)[:20]}")
    return value


def not_negative(name: str, value: float) -> float:
    """Return a number, zero allowed; raise InputError if it is not."""
    if not 0 <= value < LARGEST:
        raise InputError(f"{name} must be 0 or more and less than {LARGEST}, not {str(value)[:20]}")
    return value


@dataclass(frozen=True)
class Selection:
    """The requested jobs: ids first, then names, each once and in the order given."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    warnings: tuple[str, ...]


def select(job_ids: Iterable[str] | None, job_names: Iterable[str] | None) -> Selection:
    """Parse the options ``job_ids`` and ``job_names``, where at least one job must be named.

    :raises InputError: nothing is named, or something is no job id.
    """
    selection = select_any(job_ids, job_names)
    if not selection.ids and not selection.names:
        raise InputError("no jobs are named: set job_ids, job_names or both to at least one job")
    return selection


def select_any(job_ids: Iterable[str] | None, job_names: Iterable[str] | None) -> Selection:
    """Parse the options ``job_ids`` and ``job_names``, where naming no job is allowed.

    :arg job_ids: texts, each of which may hold several ids between commas, spaces or line ends (a survey's text area), or
        a JSON list (``-e ids=[131,130]``); empty ones count as unset.
    :arg job_names: texts, each of which may hold several names between commas or line ends.
    :raises InputError: something is no job id, or a text names nothing though it is not empty.
    """
    ids, repeated_ids = _once([_job_id(text) for text in _named("job_ids", job_ids, r"[\s,]+")])
    names, repeated_names = _once(_named("job_names", job_names, r"[\r\n,]+"))
    warnings = [
        f"{option} names {_few(repeated)} more than once; each job is handled once"
        for option, repeated in (("job_ids", repeated_ids), ("job_names", repeated_names))
        if repeated
    ]
    return Selection(tuple(ids), tuple(names), tuple(warnings))


def select_one(job_id: object, job_name: object) -> Selection:
    """Parse the options ``job_id`` and ``job_name``: exactly one of them names one job.

    :raises InputError: none or both are set, or the id is none.
    """
    number, name = text_or_none(job_id), text_or_none(job_name)
    if (number is None) == (name is None):
        raise InputError("set either job_id or job_name, to name one job")
    return Selection((_job_id(number, "job_id"),) if number else (), (name,) if name else (), ())


def words(texts: Iterable[str] | None) -> list[str]:
    """Return the words of texts, each of which may hold several between commas, spaces or line ends."""
    return _once(_pieces(texts, r"[\s,]+"))[0]


def _named(option: str, texts: Iterable[str] | None, separators: str) -> list[str]:
    """Split texts; refuse one of separators only, since naming no job can mean all jobs."""
    given = ",".join(str(text) for text in texts or ())  # Ansible has split a text at its commas already
    if given.strip() and not re.sub(separators, "", given).strip():
        raise InputError(f"{option}: {given[:40]!r} names no job; leave it out, or empty, to name none")
    return _pieces([given], separators)


def _pieces(texts: Iterable[str] | None, separators: str) -> list[str]:
    """Split texts and drop what is empty."""
    pieces = [piece.strip() for text in texts or () for piece in re.split(separators, str(text))]
    return _without_json([piece for piece in pieces if piece])


def _without_json(pieces: list[str]) -> list[str]:
    """Remove the brackets and quotes of a JSON list that was split at its commas; anything else stays as it is."""
    if not pieces or not (pieces[0].startswith("[") and pieces[-1].endswith("]")):
        return pieces
    inner = [*pieces]
    inner[0] = inner[0][1:].strip()
    inner[-1] = inner[-1][:-1].strip()
    inner = [piece for piece in inner if piece]
    is_json = all(re.fullmatch(r"[0-9]+|'[^']*'|\"[^\"]*\"", piece) for piece in inner)
    return [piece.strip("'\"") for piece in inner] if is_json else pieces


def _job_id(text: str, option: str = "job_ids") -> int:
    """Parse one id strictly: a boolean, a float, a sign, a leading zero or an underscore is an error."""
    if not re.fullmatch(r"[1-9][0-9]{0,18}", text) or int(text) > LARGEST_ID:
        several = ", and several are separated by commas, spaces or line ends" if option == "job_ids" else ""
        raise InputError(
            f"{option}: {text[:40]!r} is not a job id; a job id is a whole number from 1 to {LARGEST_ID}{several}"
        )
    return int(text)


def _few(items: Sequence[object]) -> str:
    """List the first items and count the others."""
    named = ", ".join(str(item)[:60] for item in items[:5])
    return f"{named} and {len(items) - 5} more" if len(items) > 5 else named


def _once(items: list[T]) -> tuple[list[T], list[T]]:
    """Return the items without repetitions, and those that were repeated."""
    counts = Counter(items)
    return list(counts), [item for item, count in counts.items() if count > 1]


#: OBS paths: some calls need them with the scheme, some without (dli-api.md 1.11, 1.12); users write both.
SCHEME = "obs://"
#: The longest path that exports and imports accept (dli-api.md 1.12).
LONGEST = 256


def bare_path(option: str, value: object, longest: int | None = None) -> str:
    """Return ``bucket/folder/…`` of the same with or without ``obs://``; a slash at its end stays.

    :raises InputError: it is no such path.
    """
    text = text_or_none(value)
    if text is None:
        raise InputError(f"{option} is empty: give a path such as bucket/folder/")
    path = re.sub(r"(?i)^obs:/*", "", text).lstrip("/")
    if not path or "//" in path or ":" in path.split("/")[0] or re.search(r"[\s\x00-\x1f]", path):
        raise InputError(f"{option}: {text[:80]!r} is no path in OBS: give a path such as bucket/folder/, with or without obs://")
    if longest is not None and len(path) > longest:
        raise InputError(f"{option} must not be longer than {longest} characters, and it has {len(path)}")
    return path


def savepoint_folder(option: str, value: object) -> str:
    """Return the folder of a savepoint with ``obs://``; its file ``_metadata`` stands for the folder around it.

    :raises InputError: it is no such path.
    """
    path = bare_path(option, value)
    folder, _slash, last = path.rpartition("/")
    return SCHEME + (f"{folder}/" if last == "_metadata" and folder else path)


class WaitOptions(t.NamedTuple):
    """Whether to wait for the end of an operation, and how long. Times in seconds.

    :ivar timeout: for the whole wait; ``interval``: between two reads.
    :ivar confirm_timeout: for confirming an operation whose response was lost or incomplete.
    """

    wait: bool
    timeout: float
    interval: float
    confirm_timeout: float


def parse_wait_options(params: Mapping[str, t.Any]) -> WaitOptions:
    """Parse the options of the doc fragment ``waiting``; the runner parses overall_timeout for all modules.

    :raises InputError: a time is not above zero.
    """
    names = ("wait_timeout", "wait_interval", "confirm_timeout")
    return WaitOptions(params["wait"], *(positive(name, params[name]) for name in names))
