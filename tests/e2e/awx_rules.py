# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The validation of credential types and surveys in AWX, based on its source code (awx/main/fields.py, awx/api/views)."""

from __future__ import annotations

import re

from awx_plugins.interfaces._temporary_private_inject_api import ENV_BLOCKLIST
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

NAME = re.compile(r"[a-zA-Z_]+[a-zA-Z0-9_]*")
FIELD_KEYS = {"id", "label", "type", "format", "choices", "help_text", "multiline", "secret", "ask_at_runtime", "default"}
ONLY_FOR_STRINGS = {"choices", "format", "multiline", "secret"}
VALUE_TYPES = {
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


def require(condition: object, message: str) -> None:
    if not condition:
        raise Refused(message)


def check_credential_type(kind: str, inputs: dict, injectors: dict) -> None:
    """Refuse a credential type that AWX does not accept."""
    require(kind in ("cloud", "net"), f"Invalid kind: {kind}. Specify cloud or net.")
    require(set(inputs) <= {"fields", "required"}, f"Invalid keys of inputs: {sorted(inputs)}.")
    ids = [_field(field) for field in inputs.get("fields", [])]
    require(len(ids) == len(set(ids)), "The IDs of the fields are not unique.")
    require(set(inputs.get("required", [])) <= set(ids), "A required field does not exist.")
    require(set(injectors) <= {"file", "env", "extra_vars"}, f"Invalid keys of injectors: {sorted(injectors)}.")
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    for variable, template in injectors.get("env", {}).items():
        require(NAME.fullmatch(variable), f"{variable} is not a variable name.")
        require(not variable.startswith("ANSIBLE_") and variable not in ENV_BLOCKLIST, f"{variable} is not allowed.")
        require(template.isascii(), f"{variable} is not ASCII.")
        try:
            sandbox.from_string(template).render(dict.fromkeys(ids, "EXAMPLE"))
        except TemplateError as error:
            raise Refused(f"{variable} uses an undefined field ({error}).") from error


def _field(field: dict) -> str:
    require({"id", "label"} <= set(field) <= FIELD_KEYS, f"Invalid keys of a field: {sorted(field)}.")
    name, kind = field["id"], field.get("type", "string")
    require(NAME.fullmatch(name) and name != "tower", f"{name} is not a field ID.")
    require(kind in ("string", "boolean"), f"The field {name} has the invalid type {kind}.")
    require(kind == "string" or not ONLY_FOR_STRINGS & set(field), f"The field {name} is not a string.")
    require(field.get("format", "url") in ("url", "ssh_private_key"), f"The field {name} has an unknown format.")
    require(
        isinstance(field.get("default", ""), str if kind == "string" else (bool, str)),
        f"The field {name} has an invalid default.",
    )
    return name


def check_survey(survey: dict) -> None:
    """Refuse a survey that AWX does not accept."""
    for member, kind in (("name", str), ("description", str), ("spec", list)):
        require(isinstance(survey.get(member), kind), f"Field '{member}' is missing from survey spec.")
    require(survey["spec"], "'spec' doesn't contain any items.")
    variables = [_question(number, question) for number, question in enumerate(survey["spec"])]
    require(len(variables) == len(set(variables)), "Two questions have the same variable.")


def _question(number: int, question: dict) -> str:
    for member, kind in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
        require(isinstance(question.get(member), kind), f"'{member}' missing from survey question {number}")
    kind, default, choices = question["type"], question.get("default", ""), question.get("choices")
    require(kind in VALUE_TYPES, f"Survey question {number} has the unknown type {kind}.")
    require(
        default == "" or isinstance(default, VALUE_TYPES[kind]), f"The default of survey question {number} is not of type {kind}."
    )
    for limit in ("min", "max"):
        require(isinstance(question.get(limit), (int, type(None))), f"{limit} of survey question {number} is not an integer.")
    if kind in ("multiplechoice", "multiselect"):
        require(choices, f"survey question {number} must specify choices")
        require(set(default.splitlines()) <= set(choices), "Default choice must be answered from the choices listed.")
    return question["variable"]


def check_survey_input(survey: dict, survey_input: dict) -> None:
    """Refuse input that does not match the survey, as AWX does when a job is launched."""
    for question in survey["spec"]:
        variable, kind = question["variable"], question["type"]
        if variable not in survey_input:
            require(not question["required"] or question.get("default"), f"'{variable}' value missing")
            continue
        value = survey_input[variable]
        matches = isinstance(value, list if kind == "multiselect" else VALUE_TYPES[kind]) and not isinstance(value, bool)
        require(matches, f"{value!r} for '{variable}' is not of type {kind}.")
        if kind in ("multiplechoice", "multiselect"):
            given = value if isinstance(value, list) else [value]
            require(set(given) <= set(question["choices"]), f"{value} for '{variable}' is not one of the choices.")
        else:
            size = value if kind in ("integer", "float") else len(value)
            low, high = question.get("min"), question.get("max")
            require(low is None or size >= low, f"'{variable}' value is too small")
            require(high is None or size <= high, f"'{variable}' value is too large")
