# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Polls the jobs and returns the events of each poll. It stores only the latest observation."""

from __future__ import annotations

import logging
import typing as t
from collections.abc import Mapping, Sequence

from .._clock import Clock
from .._dli.job import Job
from .._dli.task_context import Context
from .._errors import CloudError, InputError
from .._module.info import Filters, InfoOptions, select_jobs
from .._options import Selection
from .changes import CHANGED, Known, ObservedJob, compare, may_restart_automatically
from .connection import Connection
from .event import SOURCE_RECOVERED, SOURCE_TROUBLE, Event, Origin, job_event, source_event
from .options import SourceOptions, check_interval, parse_source_options

#: Seconds; the longest pause after a failed poll, unless the interval is longer.
LONGEST_PAUSE = 60.0
#: The pause does not increase after this number of failed polls.
MOST_DOUBLINGS = 10


class SourceError(Exception):
    """The source must end, because its options or credentials are invalid; the message contains no secret."""


class Monitor:
    """The state of the source between two polls. It is used by one thread at a time."""

    def __init__(
        self,
        options: SourceOptions,
        new_connection: t.Callable[[], Connection],
        clock: Clock,
        logger: logging.Logger,
    ) -> None:
        """Create the first connection, without a request.

        :raises InputError: the configuration of the connection is invalid.
        """
        self._options = options
        self._new_connection = new_connection
        self._clock = clock
        self._logger = logger
        self._connection: Connection | None = new_connection()
        check_interval(options.interval, self._connection.endpoint)
        for text in (*options.selection.selection.warnings, *self._connection.warnings):
            logger.warning("%s", self._connection.mask(text))
        self._origin = Origin(self._connection.project_id, self._connection.endpoint)
        self._is_accepted = False
        self._known: dict[int, Known] | None = None
        self._missing: Sequence[object] = ()
        self._failed_polls = 0

    @property
    def pause(self) -> float:
        """Seconds until the next poll: the interval, or longer after consecutive failed polls."""
        interval = self._options.interval
        doublings = min(max(0, self._failed_polls - 1), MOST_DOUBLINGS)
        return min(interval * 2.0**doublings, max(interval, LONGEST_PAUSE))

    def poll(self) -> list[Event]:
        """Read the jobs once and return the events.

        :raises SourceError: the options or the credentials are invalid. Other errors are logged, and reported as an event.
        """
        try:
            if self._connection is None:
                self._is_accepted = False
                self._connection = self._new_connection()
            events = self._observe(self._connection)
        except CloudError as error:
            return self._failed(error)
        recovered = self._recovered()
        self._is_accepted, self._failed_polls = True, 0
        return recovered + events

    def _observe(self, connection: Connection) -> list[Event]:
        deadline = self._clock.now() + self._options.poll_timeout
        context = Context(connection.client(deadline), self._clock, deadline, self._logger.debug)
        found, missing = select_jobs(context, self._options.selection)
        jobs = [ObservedJob.from_job(job) for job in found]
        failed = may_restart_automatically(self._known, jobs, self._options.rules)
        restarted = self._automatically_restarted(context, failed) if failed else []
        changes, self._known = compare(self._known, jobs, restarted, self._clock.now(), self._options.rules)
        self._warn_of_missing(missing)
        self._origin = Origin(connection.project_id, connection.endpoint)
        statuses = self._options.statuses
        return [
            job_event(change, self._origin, connection.mask)
            for change in changes
            if change.kind != CHANGED or not statuses or change.job.status in statuses
        ]

    def _automatically_restarted(self, context: Context, job_ids: Sequence[int]) -> list[int]:
        """Return the jobs that the service restarts automatically. Only detailed responses contain this setting."""
        options = InfoOptions(Selection(tuple(job_ids), (), ()), Filters(), detailed=True, ascending=False)
        jobs, _missing = select_jobs(context, options)
        return [job.job_id for job in jobs if _has_automatic_restart(job)]

    def _warn_of_missing(self, missing: Sequence[object]) -> None:
        if missing and list(missing) != list(self._missing):
            self._logger.warning("Not found: %s. Check job_ids and job_names.", ", ".join(map(str, missing)))
        self._missing = missing

    def _failed(self, error: CloudError) -> list[Event]:
        connection, self._connection = self._connection, None
        if error.is_auth_failure and self._is_accepted:
            return self.poll()  # the credentials have expired or were replaced
        message = str(error) if connection is None else connection.message(error)
        if error.is_auth_failure or (isinstance(error, InputError) and self._known is None):
            raise SourceError(message) from None
        self._failed_polls += 1
        self._logger.warning("Poll failed. %s Next poll in %.0f s.", message, self.pause)
        if self._failed_polls != self._options.trouble_after:
            return []
        text = f"The jobs could not be read in {self._failed_polls} consecutive polls. {message}"
        return [source_event(SOURCE_TROUBLE, text, self._origin, lambda given: given)]

    def _recovered(self) -> list[Event]:
        if not self._failed_polls:
            return []
        text = f"The jobs were read again after {self._failed_polls} failed polls."
        self._logger.warning("%s", text)
        if self._failed_polls < self._options.trouble_after:
            return []
        return [source_event(SOURCE_RECOVERED, text, self._origin, lambda given: given)]


def new_monitor(args: Mapping[str, t.Any], environ: Mapping[str, str], logger: logging.Logger) -> Monitor:
    """Return the monitor for the arguments of the source.

    :raises SourceError: an argument or the configuration of the connection is invalid.
    """
    clock = Clock()
    try:
        options = parse_source_options(args)
        return Monitor(options, lambda: Connection(options.connection, environ, clock), clock, logger)
    except InputError as error:
        raise SourceError(str(error)) from None


def _has_automatic_restart(job: Job) -> bool:
    config = job.raw.get("job_config")
    return isinstance(config, Mapping) and config.get("restart_when_exception") is True
