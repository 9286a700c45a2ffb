"""What `kubectl kustomize` makes of an overlay, for as much of it as the overlays use; anything else is refused."""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

_KNOWN = frozenset({"apiVersion", "kind", "resources", "components", "patches", "images", "replacements"})
_GENERATING = frozenset({"configMapGenerator", "generatorOptions"})
_NOT_APPLIED = "config.kubernetes.io/local-config"
_MERGED_BY_KEY = frozenset({"containers", "initContainers", "env", "envFrom", "volumes", "volumeMounts", "ports"})
"""Lists that Kubernetes merges item by item; a patch by merging that touches one is not understood here."""


class NotUnderstood(Exception):
    """The kustomization says something that is not known here."""


def render(folder: Path) -> list[Manifest]:
    """The manifests of an overlay, each with its patches, images and generated maps."""
    made = _accumulate(folder.resolve(), [])
    return [one for one in made if one["metadata"].get("annotations", {}).get(_NOT_APPLIED) != "true"]


def key(manifest: Manifest) -> tuple[str, str]:
    """Kind and name: what a manifest is found by."""
    return str(manifest["kind"]), str(manifest["metadata"]["name"])


def _accumulate(folder: Path, before: list[Manifest]) -> list[Manifest]:
    """What stood there before, with what this folder adds and changes; a component changes what it was added to."""
    wish = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    if unknown := set(wish) - _KNOWN - _GENERATING:
        raise NotUnderstood(f"{folder}: {sorted(unknown)}")
    made = [*before]
    for name in wish.get("resources", []):
        made += _accumulate(folder / name, []) if (folder / name).is_dir() else read_manifests(folder / name)
    made += [_config_map(folder, one, wish) for one in wish.get("configMapGenerator", [])]
    for name in wish.get("components", []):
        made = _accumulate((folder / name).resolve(), made)
    for patch in wish.get("patches", []):
        _patch(folder, patch, made)
    for image in wish.get("images", []):
        _rename(image, made)
    for replacement in wish.get("replacements", []):
        _replace(replacement, made)
    return made


def read_manifests(path: Path) -> list[Manifest]:
    """The documents of a file; aliases of YAML become copies."""
    return [json.loads(json.dumps(body)) for body in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def _config_map(folder: Path, wish: Mapping[str, Any], whole: Mapping[str, Any]) -> Manifest:
    options = whole.get("generatorOptions", {}) | wish.get("options", {})
    if set(wish) - {"name", "namespace", "files", "options"} or not options.pop("disableNameSuffixHash", False):
        raise NotUnderstood(f"{folder}: configMapGenerator {wish}")
    data = {Path(name).name: (folder / name).read_text(encoding="utf-8") for name in wish["files"]}
    # What is left are labels, as they are called in a manifest, too.
    metadata = {name: wish[name] for name in ("name", "namespace")} | options
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _patch(folder: Path, wish: Mapping[str, Any], made: list[Manifest]) -> None:
    if "target" in wish:
        found = [one for one in made if _is_target(wish["target"], one)]
        change = yaml.safe_load(wish["patch"])
        for one in found:
            if isinstance(change, dict):
                _merge(one, {"spec": change["spec"]})
            else:
                for step in change:
                    _step(one, step)
        if not found:
            raise NotUnderstood(f"{folder}: nothing is {wish['target']}")
        return
    for change in read_manifests(folder / wish["path"]):
        (one,) = [one for one in made if key(one) == key(change)]
        _merge(one, change)


def _is_target(target: Mapping[str, str], one: Manifest) -> bool:
    if set(target) - {"kind", "name", "labelSelector"}:
        raise NotUnderstood(f"a target with {sorted(target)}")
    wanted = dict(part.split("=", 1) for part in target.get("labelSelector", "").split(",") if part)
    labels = one["metadata"].get("labels", {})
    name = one["metadata"]["name"]
    return bool(one["kind"] == target["kind"] and name == target.get("name", name) and wanted.items() <= labels.items())


def _step(one: Manifest, step: Mapping[str, Any]) -> None:
    """One step of a JSON patch (RFC 6902)."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
    place: Any = one
    for part in way:
        place = place[int(part) if isinstance(place, list) else part]
    if step["op"] == "add" and last == "-":
        place.append(copy.deepcopy(step["value"]))
        return
    name: Any = int(last) if isinstance(place, list) else last
    if step["op"] == "remove":
        del place[name]
    elif (step["op"] in ("add", "replace") and isinstance(place, dict)) or step["op"] == "replace":
        place[name] = copy.deepcopy(step["value"])
    else:
        raise NotUnderstood(f"{step['op']} {step['path']}")


def _merge(one: dict[str, Any], change: Mapping[str, Any]) -> None:
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(one.get(name), dict):
            _merge(one[name], value)
        elif name in _MERGED_BY_KEY:
            raise NotUnderstood(f"a patch by merging of {name}")
        elif value is None:
            one.pop(name, None)
        else:
            one[name] = copy.deepcopy(value)


def _replace(wish: Mapping[str, Any], made: list[Manifest]) -> None:
    """Put a value of one manifest into others: whole, or as a part of what stands there."""
    (source,) = [one for one in made if key(one) == (wish["source"]["kind"], wish["source"]["name"])]
    (value,) = _values(source, wish["source"]["fieldPath"].split("."))
    for target in wish["targets"]:
        (one,) = [one for one in made if key(one) == (target["select"]["kind"], target["select"]["name"])]
        delimiter, index = target["options"]["delimiter"], target["options"]["index"]
        for path in target["fieldPaths"]:
            *way, last = path.split(".")
            for place in _values(one, way):
                if last in place:
                    parts = place[last].split(delimiter)
                    place[last] = delimiter.join([*parts[:index], value, *parts[index + 1 :]])


def _values(place: Any, way: Sequence[str]) -> list[Any]:
    """What stands at the end of a way; ``*`` is every item of a list, and what is not there is passed over."""
    if not way:
        return [place]
    if way[0] == "*":
        return [value for item in place for value in _values(item, way[1:])]
    return _values(place[way[0]], way[1:]) if way[0] in place else []


def _rename(wish: Mapping[str, str], made: Iterable[Manifest]) -> None:
    for container in (container for one in made for container in _containers(one)):
        name, _, tag = container["image"].partition(":")
        if name == wish["name"]:
            container["image"] = f"{wish.get('newName', name)}:{wish.get('newTag', tag)}"


def _containers(value: Any) -> Iterable[dict[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("containers", "initContainers"):
                yield from inner
            else:
                yield from _containers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _containers(inner)
