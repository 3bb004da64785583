# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file of the event source, loaded as ansible-rulebook loads it: its import, the event loop, its documentation."""

from __future__ import annotations

import asyncio
import re
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import client
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events import changes, event
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.options import argument_spec

CHECKOUT = Path(__file__).parents[4]
SOURCE = CHECKOUT / "extensions" / "eda" / "plugins" / "event_source" / "dli_streaming_jobs.py"
PLUGIN = runpy.run_path(str(SOURCE))
DOCUMENTATION = yaml.safe_load(PLUGIN["DOCUMENTATION"])


class Polls:
    """A monitor that returns prepared polls; an exception is raised. The last poll is repeated."""

    def __init__(self, *polls, pause=0.0):
        self.polls, self.pause, self.count = list(polls), pause, 0

    def poll(self):
        self.count += 1
        outcome = self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]
        if callable(outcome):
            outcome = outcome()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def start(monkeypatch):
    """Return a function that runs ``main`` of the source with a monitor of the test, and with a queue of this size."""

    def run(monitor, test, size=1):
        loaded = {"_events.monitor": SimpleNamespace(new_monitor=lambda args, environ, logger: monitor)}
        monkeypatch.setitem(PLUGIN["main"].__globals__, "load", loaded.__getitem__)

        async def body():
            queue = asyncio.Queue(size)
            task = asyncio.ensure_future(PLUGIN["main"](queue, {}))
            try:
                return await asyncio.wait_for(test(queue, task), 10)
            finally:
                task.cancel()

        return asyncio.run(body())

    return run


def test_events_arrive_in_order(start):
    async def test(queue, _task):
        return [await queue.get() for _event in range(4)]

    assert start(Polls([1], [], [2, 3], [4]), test) == [1, 2, 3, 4]


def test_full_queue_delays_the_next_poll(start):
    monitor = Polls([1, 2, 3], [4], [])

    async def test(queue, _task):
        await asyncio.sleep(0.2)
        assert monitor.count == 1
        return [await queue.get() for _event in range(4)]

    assert start(monitor, test) == [1, 2, 3, 4]


def test_pause_between_polls(start):
    monitor = Polls([], pause=0.1)

    async def test(_queue, _task):
        await asyncio.sleep(0.55)
        return monitor.count

    assert 2 <= start(monitor, test) <= 6


def test_error_ends_the_source(start):
    async def test(_queue, task):
        await task

    with pytest.raises(ValueError, match="Invalid interval"):
        start(Polls([], ValueError("Invalid interval")), test)


def test_slow_poll_does_not_block_the_loop(start):
    released = threading.Event()
    monitor = Polls(lambda: released.wait(10) and [1])

    async def test(queue, _task):
        for _step in range(20):
            await asyncio.sleep(0.01)
        assert queue.empty()
        released.set()
        return await queue.get()

    began = time.monotonic()
    assert start(monitor, test) == 1 and time.monotonic() - began < 5


def test_cancellation_during_a_poll_ends_at_once(start, caplog):
    released = threading.Event()

    async def test(_queue, task):
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        released.set()  # the result arrives after the cancellation
        await asyncio.sleep(0.05)

    start(Polls(lambda: released.wait(10) and []), test)
    assert not caplog.records


#: A program in which neither Ansible nor the collection can be imported, as in ansible-rulebook.
BARE = f"""
import asyncio, importlib.abc, runpy, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ansible", "ansible_collections"):
            raise ImportError(name + " is imported")
sys.meta_path.insert(0, Refuse())
source = runpy.run_path({str(SOURCE)!r})
"""


def run_bare(code):
    return subprocess.run(
        [sys.executable, "-c", BARE + code], capture_output=True, text=True, check=False, timeout=60, env={"HOME": "/nonexistent"}
    )


def test_source_needs_neither_ansible_nor_the_name_of_the_collection():
    arguments = {"access_key": "INVENTEDKEY1", "secret_key": "", "region": "cn-north-4"}
    ended = run_bare(f"asyncio.run(source['main'](None, {arguments}))")
    assert ended.returncode == 1 and "SourceError: Missing secret_key in the options." in ended.stderr, ended.stderr


def test_modules_are_loaded_from_the_copy_beside_the_source():
    module = PLUGIN["load"]("_events.changes")
    assert Path(module.__file__) == CHECKOUT / "plugins" / "module_utils" / "_events" / "changes.py"
    assert module is PLUGIN["load"]("_events.changes")


#: Cancels a request of the source that takes {seconds}.
CANCELLED_REQUEST = """
import time
async def main():
    task = asyncio.ensure_future(source["run_in_thread"](lambda: time.sleep({seconds})))
    await asyncio.sleep(0.1)
    task.cancel()
asyncio.run(main())
"""


def test_program_ends_during_a_poll():
    """A thread that is not a daemon would delay the end of the program until the request ends."""
    began = time.monotonic()
    ended = run_bare(CANCELLED_REQUEST.format(seconds=60))
    assert ended.returncode == 0 and ended.stderr == "" and time.monotonic() - began < 30


def test_thread_that_ends_after_the_loop_is_silent():
    ended = run_bare(CANCELLED_REQUEST.format(seconds=0.3) + "time.sleep(0.5)\n")
    assert (ended.returncode, ended.stderr) == (0, "")


# Documentation


def documented_options():
    (fragment,) = DOCUMENTATION["extends_documentation_fragment"]
    assert fragment == "huaweicloud.cloud.connection"
    return {**yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"], **DOCUMENTATION["options"]}


def bare(spec):
    dropped = ("no_log", "description", "version_added")
    return {name: {key: value for key, value in option.items() if key not in dropped} for name, option in spec.items()}


def test_documented_options_match_the_code():
    assert bare(documented_options()) == bare(argument_spec())
    assert all(option["description"] for option in documented_options().values())


def test_references_to_options_exist():
    assert set(re.findall(r"\bO\(([a-z_]+)\)", PLUGIN["DOCUMENTATION"])) <= set(argument_spec())


def test_kinds_and_members_of_events_are_documented():
    members, kinds = (text for text in DOCUMENTATION["description"] if text.startswith(("Each event", "The value of C(kind)")))
    emitted = event.source_event(event.SOURCE_TROUBLE, "", event.Origin(None, None), str)["dli"]
    assert re.findall(r"C\(([a-z_]+)\)", members)[1:] == list(emitted)
    of_jobs = [changes.FAILED, changes.ACTION_REQUIRED, changes.CHANGED, changes.GONE]
    assert re.findall(r"V\(([a-z_]+)\)", kinds) == [*of_jobs, event.SOURCE_TROUBLE, event.SOURCE_RECOVERED]


def test_permissions_are_documented():
    (note,) = [note for note in DOCUMENTATION["notes"] if "IAM permissions" in note]
    text = re.sub(r"C\(([a-zA-Z:]+)\)", r"\1", note)
    assert client.PERMISSION_LIST in text and client.PERMISSION_GET in text and text.count("dli:jobs:") == 3


def test_example_uses_existing_options_and_members():
    (ruleset,) = yaml.safe_load(PLUGIN["EXAMPLES"])
    (source,) = ruleset["sources"]
    assert set(source["huaweicloud.cloud.dli_streaming_jobs"]) <= set(argument_spec())
    emitted = event.source_event(event.SOURCE_TROUBLE, "", event.Origin(None, None), str)["dli"]
    assert set(re.findall(r"event\.dli\.([a-z_]+)", PLUGIN["EXAMPLES"])) <= set(emitted)


def test_module_name():
    assert DOCUMENTATION["module"] == SOURCE.stem
    assert yaml.safe_load((CHECKOUT / "meta" / "extensions.yml").read_text(encoding="utf-8")) == {
        "extensions": [{"args": {"ext_dir": SOURCE.parent.relative_to(CHECKOUT / "extensions").as_posix()}}]
    }
