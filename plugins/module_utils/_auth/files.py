# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the credentials files. The rest of this package gets this function as a parameter."""

from __future__ import annotations

from .._errors import InputError
from .._options import decode_text


def read_file(path: str) -> str | None:
    """Return the text of a file; :data:`None` if the file does not exist.

    :raises InputError: the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return decode_text(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        remedy = "Check its path and permissions."
        raise InputError(f"Could not read the file {path}: {error.strerror}. {remedy}") from None
    except UnicodeError as error:
        remedy = "Save the file with the encoding UTF-8."
        raise InputError(f"Could not read the file {path}: the file is {error.args[0]}. {remedy}") from None
