# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the tasks of the roles and playbooks in process, with functions as modules. One run takes milliseconds.

Supported are the keywords that they use. Expressions are evaluated by Jinja with the filters of Ansible. Variables of roles,
plays and tasks are evaluated when they are used; facts and results are values.
"""

from __future__ import annotations

import functools
import re
import typing as t
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml
from ansible.plugins.filter import core, mathstuff
from ansible.plugins.test import core as test_core
from jinja2 import ChainableUndefined, Environment, StrictUndefined, Template, UndefinedError

from ansible_collections.huaweicloud.cloud.plugins.filter.streaming_job_errors import streaming_job_errors

Variables = dict[str, t.Any]
#: Name of a module -> a function from its arguments and the check mode to its result.
Modules = Mapping[str, Callable[[Variables, bool], Variables]]
KEYWORDS = {"name", "when", "vars", "register", "failed_when", "check_mode", "loop", "loop_control"}
ROLES = Path(__file__).resolve().parents[1] / "roles"
#: Value of an argument that is not passed.
OMIT = object()


class Value(t.NamedTuple):
    """A value that is not a template."""

    content: t.Any


class TaskFailed(Exception):
    """A task failed; ``task`` and ``result`` are those of ``ansible_failed_task`` and ``ansible_failed_result``."""

    def __init__(self, task: Mapping[str, t.Any], result: Variables) -> None:
        super().__init__(f"{task.get('name')}: {result}")
        self.task, self.result = task, result


class Undefined(ChainableUndefined, StrictUndefined):
    """An undefined variable or member, which only a default or a test accepts."""


class Tasks:
    """The tasks in a folder. ``facts`` contains the variables of hosts, and the facts and results of all tasks so far."""

    def __init__(self, folder: Path, variables: Variables, modules: Modules, facts: Variables) -> None:
        self.facts = facts
        self._folder = folder
        self._modules = modules
        self._variables = {**variables, "omit": OMIT}

    def include(self, file: str, scope: Variables) -> None:
        """Run the tasks of a file; ``scope`` contains variables of the task that includes it."""
        self.run(read_yaml(self._folder / file), scope)

    def run(self, tasks: list[Variables], scope: Variables) -> None:
        for task in tasks:
            self._run_task(task, {**scope, **task.get("vars", {})})

    def _run_task(self, task: Variables, scope: Variables) -> None:
        conditions = task.get("when", [])
        if not all(self._evaluate(str(one), scope) for one in (conditions if isinstance(conditions, list) else [conditions])):
            return
        if "block" not in task:
            self._act(task, scope)
            return
        try:
            self.run(task["block"], scope)
        except TaskFailed as failure:
            if "rescue" not in task:
                raise
            self.facts.update(ansible_failed_task=failure.task, ansible_failed_result=failure.result)
            self.run(task["rescue"], scope)
        finally:
            self.run(task.get("always", []), scope)

    def _act(self, task: Variables, scope: Variables) -> None:
        (action,) = set(task) - KEYWORDS
        given = task[action]
        if action == "ansible.builtin.include_tasks":
            for more in self._iterations(task, scope) if "loop" in task else [{}]:
                self.include(self._template(given, scope), {**scope, **more})
        elif action == "ansible.builtin.include_role":
            Role(ROLES / given["name"].rpartition(".")[2], self._modules, self.facts).play(self._values_of(task["vars"], scope))
        elif action == "ansible.builtin.set_fact":
            self.facts.update({name: self._template(value, scope) for name, value in given.items()})
        elif action == "ansible.builtin.set_stats":
            self.facts["stats"] = self._template(given["data"], scope)
        elif action == "ansible.builtin.assert":
            conditions = given["that"] if isinstance(given["that"], list) else [given["that"]]
            for more in self._iterations(task, scope) if "loop" in task else [{}]:
                failed = not all(self._evaluate(one, {**scope, **more}) for one in conditions)
                result = {"failed": failed, "msg": self._template(given["fail_msg"], {**scope, **more}) if failed else ""}
                self._end(task, result, scope)
        elif "loop" in task:
            results = [self._call(task, {**scope, **more}) for more in self._iterations(task, scope)]
            self._end(task, {"failed": any(one["failed"] for one in results), "results": results}, scope)
        else:
            self._end(task, self._call(task, scope), scope)

    def _iterations(self, task: Variables, scope: Variables) -> list[Variables]:
        variable = task.get("loop_control", {}).get("loop_var", "item")
        return [{variable: Value(item)} for item in self._template(task["loop"], scope)]

    def _call(self, task: Variables, scope: Variables) -> Variables:
        (action,) = set(task) - KEYWORDS
        if action == "ansible.builtin.fail":
            return {"failed": True, "changed": False, "msg": self._template(task[action]["msg"], scope)}
        arguments = self._arguments(task[action], scope)
        return dict(self._modules[action](arguments, bool(self._template(task.get("check_mode", False), scope))))

    def _end(self, task: Variables, result: Variables, scope: Variables) -> None:
        if "register" in task:
            self.facts[task["register"]] = result
        if "failed_when" in task:
            result["failed"] = bool(self._evaluate(str(task["failed_when"]), scope))
        if result["failed"]:
            raise TaskFailed(task, result)

    def _arguments(self, arguments: Variables, scope: Variables) -> Variables:
        """Return the arguments of a task. A task that passes the members of a variable one by one gets the variable."""
        one_by_one = re.compile(r"\{\{ (\w+)\.(\w+) \| default\(omit\) \}\}")
        found = [one_by_one.fullmatch(str(value)) for value in arguments.values()]
        if all(found):
            return dict(self._evaluate(t.cast("re.Match[str]", found[0])[1], scope))
        values = {name: self._template(value, scope) for name, value in arguments.items()}
        return {name: value for name, value in values.items() if value is not OMIT}

    def _values_of(self, variables: Variables, scope: Variables) -> Variables:
        return {name: Value(self._template(value, scope)) for name, value in variables.items()}

    def _template(self, value: t.Any, scope: Variables) -> t.Any:
        if isinstance(value, Value):
            return value.content
        if isinstance(value, dict):
            return {name: self._template(inner, scope) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._template(inner, scope) for inner in value]
        if not isinstance(value, str) or "{{" not in value:
            return value
        text = value.strip()
        if text.startswith("{{") and text.endswith("}}") and text.count("{{") == 1:
            return self._evaluate(text[2:-2].strip(), scope)
        return _template(value).render(self._values(value, scope))

    def _evaluate(self, expression: str, scope: Variables) -> t.Any:
        return _expression(expression)(**self._values(expression, scope))

    def _values(self, text: str, scope: Variables) -> Variables:
        """Return the values of all variables in an expression. Task variables precede facts, and these precede the role's."""
        values = {}
        for name in set(re.findall(r"(?<![.\w'])[a-z_]\w*", text)):
            if name in scope or (name not in self.facts and name in self._variables):
                try:
                    values[name] = self._template(scope.get(name, self._variables.get(name)), scope)
                except UndefinedError:
                    continue
            elif name in self.facts:
                values[name] = self.facts[name]
        return values


class Role(Tasks):
    """A role."""

    def __init__(self, folder: Path, modules: Modules, facts: Variables) -> None:
        files = [folder / part / "main.yml" for part in ("defaults", "vars")]
        variables = [read_yaml(file) for file in files if file.exists()]
        super().__init__(folder / "tasks", {name: value for part in variables for name, value in part.items()}, modules, facts)

    def play(self, scope: Variables) -> None:
        """Run the role; ``scope`` contains its variables."""
        self.include("main.yml", scope)


def _as_list(function: Callable[..., t.Any]) -> Callable[..., t.Any]:
    @functools.wraps(function)  # with the attributes by which Jinja passes its context
    def filtered(*arguments: t.Any, **keywords: t.Any) -> list[t.Any]:
        return list(function(*arguments, **keywords))

    return filtered


def _environment() -> Environment:
    environment = Environment(autoescape=False, undefined=Undefined)
    environment.filters = {**core.FilterModule().filters(), **mathstuff.FilterModule().filters(), **environment.filters}
    # Ansible also converts generators to lists.
    for name in ("map", "reject", "rejectattr", "select", "selectattr"):
        environment.filters[name] = _as_list(environment.filters[name])
    environment.filters["huaweicloud.cloud.streaming_job_errors"] = streaming_job_errors
    environment.globals["query"] = lambda _plugin, _endpoint, **_options: []  # an AWX without objects
    environment.globals["lookup"] = lambda _plugin, file: Path(file).read_text(encoding="utf-8")
    environment.tests = {**test_core.TestModule().tests(), **environment.tests}
    return environment


@functools.cache
def _template(text: str) -> Template:
    return JINJA.from_string(text.replace("\\", "\\\\"))  # as Ansible does, for regular expressions


@functools.cache
def _expression(text: str) -> Callable[..., t.Any]:
    return JINJA.compile_expression(text.replace("\\", "\\\\"), undefined_to_none=False)


@functools.cache
def read_yaml(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


JINJA = _environment()
