# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The validation of credential types and surveys in AWX, written from its sources (awx/main/fields.py, awx/api/views)."""

from __future__ import annotations

import re

from awx_plugins.interfaces._temporary_private_inject_api import ENV_BLOCKLIST
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

NAME = re.compile(r"[a-zA-Z_]+[a-zA-Z0-9_]*")
FIELD_KEYS = {"id", "label", "type", "format", "choices", "help_text", "multiline", "secret", "ask_at_runtime", "default"}
ONLY_FOR_STRINGS = {"choices", "format", "multiline", "secret"}
ANSWERS = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": (list, str),
    "integer": int,
    "float": (int, float),
}


class Refused(Exception):
    """AWX responds with HTTP 400 and this message."""


def require(condition: object, sentence: str) -> None:
    if not condition:
        raise Refused(sentence)


def check_credential_type(kind: str, inputs: dict, injectors: dict) -> None:
    """Refuse a credential type that AWX does not accept."""
    require(kind in ("cloud", "net"), f"only cloud and net types can be made, not {kind}")
    require(set(inputs) <= {"fields", "required"}, f"inputs hold {sorted(inputs)}")
    ids = [_field(field) for field in inputs.get("fields", [])]
    require(len(ids) == len(set(ids)), "field ids must be unique")
    require(set(inputs.get("required", [])) <= set(ids), "a required field is not there")
    require(set(injectors) <= {"file", "env", "extra_vars"}, f"injectors hold {sorted(injectors)}")
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    for variable, template in injectors.get("env", {}).items():
        require(NAME.fullmatch(variable), f"{variable} is no name of a variable")
        require(not variable.startswith("ANSIBLE_") and variable not in ENV_BLOCKLIST, f"{variable} is not allowed")
        require(template.isascii(), f"{variable} is not ASCII")
        try:
            sandbox.from_string(template).render(dict.fromkeys(ids, "EXAMPLE"))
        except TemplateError as error:
            raise Refused(f"{variable} uses an undefined field ({error})") from error


def _field(field: dict) -> str:
    require({"id", "label"} <= set(field) <= FIELD_KEYS, f"a field holds {sorted(field)}")
    name, kind = field["id"], field.get("type", "string")
    require(NAME.fullmatch(name) and name != "tower", f"{name} is no id of a field")
    require(kind in ("string", "boolean"), f"{name} is a {kind}")
    require(kind == "string" or not ONLY_FOR_STRINGS & set(field), f"{name} is no string")
    require(field.get("format", "url") in ("url", "ssh_private_key"), f"the format of {name} is not known")
    require(isinstance(field.get("default", ""), str if kind == "string" else (bool, str)), f"the default of {name}")
    return name


def check_survey(survey: dict) -> None:
    """Refuse a survey that AWX does not accept."""
    for member, kind in (("name", str), ("description", str), ("spec", list)):
        require(isinstance(survey.get(member), kind), f"Field '{member}' is missing from survey spec.")
    require(survey["spec"], "'spec' doesn't contain any items.")
    variables = [_question(number, question) for number, question in enumerate(survey["spec"])]
    require(len(variables) == len(set(variables)), "a variable is asked for twice")


def _question(number: int, question: dict) -> str:
    for member, kind in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
        require(isinstance(question.get(member), kind), f"'{member}' missing from survey question {number}")
    kind, default, choices = question["type"], question.get("default", ""), question.get("choices")
    require(kind in ANSWERS, f"{kind} in survey question {number} is no type")
    require(default == "" or isinstance(default, ANSWERS[kind]), f"the default of survey question {number} is no {kind}")
    for limit in ("min", "max"):
        require(isinstance(question.get(limit), (int, type(None))), f"{limit} of survey question {number} is no integer")
    if kind in ("multiplechoice", "multiselect"):
        require(choices, f"survey question {number} must specify choices")
        require(set(default.splitlines()) <= set(choices), "Default choice must be answered from the choices listed.")
    return question["variable"]


def check_answers(survey: dict, answers: dict) -> None:
    """Refuse answers that do not fit the survey, as AWX does when a job is launched."""
    for question in survey["spec"]:
        variable, kind = question["variable"], question["type"]
        if variable not in answers:
            require(not question["required"] or question.get("default"), f"'{variable}' value missing")
            continue
        value = answers[variable]
        fits = isinstance(value, list if kind == "multiselect" else ANSWERS[kind]) and not isinstance(value, bool)
        require(fits, f"{value!r} for '{variable}' is no {kind}")
        if kind in ("multiplechoice", "multiselect"):
            given = value if isinstance(value, list) else [value]
            require(set(given) <= set(question["choices"]), f"{value} for '{variable}' is none of the choices")
        else:
            size = value if kind in ("integer", "float") else len(value)
            low, high = question.get("min"), question.get("max")
            require(low is None or size >= low, f"'{variable}' value is too small")
            require(high is None or size <= high, f"'{variable}' value is too large")
