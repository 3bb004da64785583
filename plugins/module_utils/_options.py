# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parses options: numbers, job IDs and names, OBS paths, timeouts. Each error contains the name of the option. Pure."""

from __future__ import annotations

import codecs
import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from ._errors import InputError

#: Seconds in about 30 years; a larger number is an error.
LARGEST = 10**9
LARGEST_ID = 2**63 - 1
#: The longest name of a job (dli-api.md 1.7, 3).
LONGEST_NAME = 57
#: A shorter secret is refused: no valid secret is shorter, and masking it would remove letters from all messages.
SHORTEST_SECRET = 6

T = t.TypeVar("T")


def parse_all(*parsers: t.Callable[[], t.Any]) -> list[t.Any]:
    """Return the values of all parsers.

    :raises InputError: parsers failed. The message contains the messages of all of them.
    """
    values, messages = [], []
    for parse in parsers:
        try:
            values.append(parse())
        except InputError as error:
            messages.append(str(error))
    if messages:
        raise InputError(" ".join(dict.fromkeys(messages)))
    return values


def texts(option: str, items: Iterable[t.Any] | None) -> list[str]:
    """Return the elements of a list as texts; null is an empty text.

    :raises InputError: an element is a list or a dictionary.
    """
    return [_text(option, f"element {number}", item) for number, item in enumerate(items or (), 1)]


def tag_texts(tags: Mapping[t.Any, t.Any]) -> dict[str, str]:
    """Return tags with their values as texts; null is an empty text.

    :raises InputError: values are lists or dictionaries.
    """
    keys = [str(key) for key in tags]
    values = parse_all(*(partial(_text, "tags", f"the value of {str(key)[:40]!r}", value) for key, value in tags.items()))
    return dict(zip(keys, values))


def _text(option: str, subject: str, value: t.Any) -> str:
    if isinstance(value, (list, tuple, Mapping)):
        kind = "a dictionary" if isinstance(value, Mapping) else "a list"
        raise InputError(f"Invalid {option}: {subject} is {kind}. Specify a text or a number.")
    return "" if value is None else str(value)


def text_or_none(value: object) -> str | None:
    """Return a text without surrounding whitespace; None for an empty text, which AWX surveys send for unset fields."""
    text = "" if value is None else str(value).strip()
    return text or None


def is_host(name: str | None) -> bool:
    """Return whether a text is a host name: labels of 1 to 63 characters (an empty label is a common typing error)."""
    return re.fullmatch(r"([^.\s]{1,63}\.)*[^.\s]{1,63}\.?", name or "") is not None


def decode_text(content: bytes) -> str:
    """Return the text of a file with the encoding UTF-8, with or without a byte order mark, which editors on Windows add.

    :raises UnicodeError: the file has another encoding; the argument of the error describes it.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnicodeError("UTF-16 text, not UTF-8 text")
    if b"\0" in content:  # a control character is valid UTF-8, but occurs only in other encodings and in binary files
        raise UnicodeError("not UTF-8 text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnicodeError("not UTF-8 text") from None


def positive(name: str, value: float) -> float:
    """Return a number that is greater than 0; raise InputError for any other number."""
    if not 0 < value < LARGEST:
        raise InputError(f"Invalid {name}: {str(value)[:20]}. Specify a number greater than 0 and less than {LARGEST}.")
    return value


def not_negative(name: str, value: float) -> float:
    """Return a number that is at least 0; raise InputError for any other number."""
    if not 0 <= value < LARGEST:
        raise InputError(f"Invalid {name}: {str(value)[:20]}. Specify a number of at least 0 and less than {LARGEST}.")
    return value


class Selection(t.NamedTuple):
    """The requested jobs without duplicates, in the order of the options."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    warnings: tuple[str, ...]


def select(job_ids: Iterable[str] | None, job_names: Iterable[str] | None) -> Selection:
    """Parse the options ``job_ids`` and ``job_names``, which must select at least one job.

    :raises InputError: no job is selected, or an ID is invalid.
    """
    selection = select_any(job_ids, job_names)
    if not selection.ids and not selection.names:
        raise InputError("Missing job_ids or job_names. Set at least one of them.")
    return selection


def select_any(job_ids: Iterable[str] | None, job_names: Iterable[str] | None) -> Selection:
    """Parse the options ``job_ids`` and ``job_names``, which may both be empty.

    :arg job_ids: texts; a text can contain several IDs separated by commas, spaces or line breaks (text area of a survey), or
        a JSON list (``-e ids=[131,130]``). Empty texts are ignored.
    :arg job_names: texts; a text can contain several names separated by commas or line breaks.
    :raises InputError: an ID is invalid, or the texts contain only separators.
    """
    parsed_ids, parsed_names = parse_all(
        lambda: [_job_id(text) for text in _split_option("job_ids", job_ids, r"[\s,]+")],
        lambda: [_job_name(text) for text in _split_option("job_names", job_names, r"[\r\n,]+")],
    )
    (ids, repeated_ids), (names, repeated_names) = _unique(parsed_ids), _unique(parsed_names)
    warnings = [
        f"The option {option} contains {_few(repeated)} more than once. Each job is handled once."
        for option, repeated in (("job_ids", repeated_ids), ("job_names", repeated_names))
        if repeated
    ]
    return Selection(tuple(ids), tuple(names), tuple(warnings))


def select_one(job_id: object, job_name: object) -> Selection:
    """Parse the options ``job_id`` and ``job_name``, of which exactly one must be set.

    :raises InputError: none or both are set, or the ID is invalid.
    """
    number, name = text_or_none(job_id), text_or_none(job_name)
    if (number is None) == (name is None):
        problem = "Missing job_id or job_name." if number is None else "Conflicting options: job_id and job_name."
        raise InputError(f"{problem} Set exactly one of them.")
    return Selection((_job_id(number, "job_id"),) if number else (), (_job_name(name, "job_name"),) if name else (), ())


def split_texts(option: str, items: Iterable[t.Any] | None) -> list[str]:
    """Split texts at commas, spaces and line breaks, and return the parts without duplicates.

    :raises InputError: an element is a list or a dictionary.
    """
    return _unique(_pieces(texts(option, items), r"[\s,]+"))[0]


def _split_option(option: str, items: Iterable[t.Any] | None, separators: str) -> list[str]:
    """Split texts. Refuse texts that contain only separators, because an empty selection can mean all jobs."""
    given = ",".join(texts(option, items))  # Ansible has already split a text at its commas
    if given.strip() and not re.sub(separators, "", given).strip():
        raise InputError(
            f"Invalid {option}: {given[:40]!r} contains no job. Specify at least one job, or leave the option empty."
        )
    return _pieces([given], separators)


def _pieces(given: Iterable[str], separators: str) -> list[str]:
    """Split texts and omit empty pieces."""
    pieces = [piece.strip() for text in given for piece in re.split(separators, text)]
    return _without_json([piece for piece in pieces if piece])


def _without_json(pieces: list[str]) -> list[str]:
    """Remove the brackets and quotes of a JSON list that was split at its commas; return any other pieces unchanged."""
    if not pieces or not (pieces[0].startswith("[") and pieces[-1].endswith("]")):
        return pieces
    inner = [*pieces]
    inner[0] = inner[0][1:].strip()
    inner[-1] = inner[-1][:-1].strip()
    inner = [piece for piece in inner if piece]
    is_json = all(re.fullmatch(r"[0-9]+|'[^']*'|\"[^\"]*\"", piece) for piece in inner)
    return [piece.strip("'\"") for piece in inner] if is_json else pieces


def _job_id(text: str, option: str = "job_ids") -> int:
    """Parse one ID. A boolean, a float, a sign, a leading zero or an underscore is an error."""
    if not re.fullmatch(r"[1-9][0-9]{0,18}", text) or int(text) > LARGEST_ID:
        limits = f"from 1 to {LARGEST_ID}"
        expected = f"whole numbers {limits}, separated by commas, spaces or line breaks"
        if option != "job_ids":
            expected = f"a whole number {limits}"
        raise InputError(f"Invalid {option}: {text[:40]!r} is not a job ID. Specify {expected}.")
    return int(text)


def _job_name(text: str, option: str = "job_names") -> str:
    """Check one name. The service refuses a list with a filter for a longer name."""
    if len(text) > LONGEST_NAME:
        wrong = f"{text[:20]!r}... has {len(text)} characters"
        raise InputError(f"Invalid {option}: {wrong}. Specify names of at most {LONGEST_NAME} characters.")
    return text


def _few(items: Sequence[object]) -> str:
    """List the first five items and count the others."""
    listed = ", ".join(str(item)[:60] for item in items[:5])
    return f"{listed} and {len(items) - 5} more" if len(items) > 5 else listed


def _unique(items: list[T]) -> tuple[list[T], list[T]]:
    """Return the items without duplicates, and the items that had duplicates."""
    counts = Counter(items)
    return list(counts), [item for item, count in counts.items() if count > 1]


#: Some calls require OBS paths with the scheme, others without it (dli-api.md 1.11, 1.12). Options accept both.
SCHEME = "obs://"
#: The longest path that exports and imports accept (dli-api.md 1.12).
LONGEST = 256


def bare_path(option: str, value: object, longest: int | None = None) -> str:
    """Return a path without ``obs://``; a slash at its end is kept.

    :raises InputError: the value is not an OBS path.
    """
    text = text_or_none(value)
    if text is None:
        raise InputError(f"Missing {option}. Specify an OBS path such as bucket/folder/.")
    path = re.sub(r"(?i)^obs:/*", "", text).lstrip("/")
    if not path or "//" in path or ":" in path.split("/")[0] or re.search(r"[\s\x00-\x1f]", path):
        example = "a path such as bucket/folder/, with or without obs://"
        raise InputError(f"Invalid {option}: {text[:80]!r} is not an OBS path. Specify {example}.")
    if longest is not None and len(path) > longest:
        raise InputError(f"Invalid {option}: it has {len(path)} characters. Specify at most {longest} characters.")
    return path


def savepoint_folder(option: str, value: object) -> str:
    """Return the folder of a savepoint with ``obs://``; for the path of its file ``_metadata``, the parent folder.

    :raises InputError: the value is not an OBS path.
    """
    path = bare_path(option, value)
    folder, _slash, last = path.rpartition("/")
    return SCHEME + (f"{folder}/" if last == "_metadata" and folder else path)


class WaitOptions(t.NamedTuple):
    """Whether and how long to wait for the end of an operation. Times in seconds.

    :ivar timeout: of the whole wait; ``interval``: between two reads.
    :ivar confirm_timeout: of the reads of the jobs after a response that was lost or unclear.
    """

    wait: bool
    timeout: float
    interval: float
    confirm_timeout: float


def parse_wait_options(params: Mapping[str, t.Any]) -> WaitOptions:
    """Parse the options of the doc fragment ``waiting``, except ``overall_timeout``, which the runner parses.

    :raises InputError: a time is not greater than 0.
    """
    names = ("wait_timeout", "wait_interval", "confirm_timeout")
    return WaitOptions(params["wait"], *parse_all(*(partial(positive, name, params[name]) for name in names)))
