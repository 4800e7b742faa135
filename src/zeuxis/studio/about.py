"""What the studio can do, as plain values: all derived from the verbs and their settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zeuxis import __version__
from zeuxis.settings import Knob
from zeuxis.studio.settings import StudioSettings
from zeuxis.studio.verbs import Verb, verbs
from zeuxis.studio.wall import folders

_KINDS = {bool: "boolean", int: "integer", float: "number"}


def about(settings: StudioSettings, needs_token: bool, roots: Mapping[str, Path]) -> dict[str, Any]:
    """What the page builds its forms of."""
    limits = ("max_upload_mb", "max_megapixels", "queue_length", "jobs_per_client", "keep_hours")
    return {
        "version": __version__,
        "needs_token": needs_token,
        "limits": {name: getattr(settings, name) for name in limits},
        "verbs": {name: _verb(verbs.get(name)) for name in verbs.names()},
        "roots": folders(roots),
    }


def form_schema(verb: Verb) -> dict[str, Any]:
    """The JSON schema of a verb's form, for OpenAPI."""
    properties: dict[str, Any] = {}
    for file in verb.files:
        one = {"type": "string", "format": "binary", "contentMediaType": "image/*"}
        properties[file.name] = _maybe_many(one, file.many) | {"description": file.help}
    for field in verb.fields:
        one = {"type": "string"} | ({"example": field.example} if field.example else {})
        properties[field.name] = _maybe_many(one, field.many) | {"description": field.help}
    for knob in verb.knobs:
        properties[knob.name] = _schema(knob) | {"description": knob.help}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _verb(verb: Verb) -> dict[str, Any]:
    return {
        "help": verb.help,
        "files": [vars(file) for file in verb.files],
        "fields": [vars(field) for field in verb.fields],
        "knobs": [_knob(knob) for knob in verb.knobs],
        "is_long": verb.is_long,
        "keeps_when_stopped": verb.is_graceful,
    }


def _knob(knob: Knob) -> dict[str, Any]:
    return vars(knob) | {"kind": knob.kind.__name__, "allowed": knob.allowed}


def _maybe_many(one: dict[str, Any], many: bool) -> dict[str, Any]:
    return {"type": "array", "items": one} if many else one


def _schema(knob: Knob) -> dict[str, Any]:
    if knob.many:
        return {"type": "string", "example": ",".join(map(str, knob.default or ()))}
    schema: dict[str, Any] = {"type": _KINDS.get(knob.kind, "string")}
    if knob.choices is not None:
        schema["enum"] = list(knob.choices)
    for key, limit in (("minimum", knob.low), ("maximum", knob.high)):
        if limit is not None:
            schema[key] = limit
    return schema if knob.default is None else schema | {"default": knob.default}
