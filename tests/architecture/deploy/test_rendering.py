"""The overlays as the tests render them are the overlays as kustomize renders them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.deploy.files import DEPLOY
from tests.support.containers.kustomize import Manifest, NotUnderstood, render

FOLDERS = [DEPLOY / "k8s" / name for name in ("base", "overlays/trial", "overlays/production")]


def by_name(manifests: list[Manifest]) -> dict[tuple[str, str], Manifest]:
    found = {(one["kind"], one["metadata"]["name"]): one for one in manifests}
    assert len(found) == len(manifests), "two of one name"
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_overlay_is_rendered_as_kubectl_does_where_there_is_one(folder: Path) -> None:
    ours = by_name(render(folder))
    assert ("Deployment", "intake-api") in ours
    kubectl = shutil.which("kubectl")
    if kubectl is not None:
        told = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, check=True)
        theirs = by_name([json.loads(json.dumps(body)) for body in yaml.safe_load_all(told.stdout)])
        assert ours == theirs


def write(folder: Path, kustomization: dict[str, Any], *manifests: Manifest) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")
    (folder / "all.yaml").write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
    return folder


def deployment(name: str, image: str = "a:1") -> Manifest:
    pod = {"spec": {"containers": [{"image": image}]}}
    return {"kind": "Deployment", "metadata": {"name": name, "labels": {"x": name}}, "spec": {"n": 1, "template": pod}}


def test_a_component_changes_what_it_is_added_to(tmp_path: Path) -> None:
    write(tmp_path / "base", {"resources": ["all.yaml"]}, deployment("one"), deployment("two", "b:1"))
    target = {"kind": "Deployment", "labelSelector": "x=one"}
    write(tmp_path / "part", {"patches": [{"target": target, "patch": "- {op: remove, path: /spec/n}"}]})
    write(
        tmp_path / "over",
        {
            "resources": ["../base"],
            "components": ["../part"],
            "images": [{"name": "a", "newName": "r/a", "newTag": "2"}],
            "patches": [{"path": "all.yaml"}],
        },
        {"kind": "Deployment", "metadata": {"name": "two"}, "spec": {"n": None, "more": {"m": 1}}},
    )
    one, two = render(tmp_path / "over")
    assert (one["spec"], two["spec"]) == (
        {"template": deployment("one", "r/a:2")["spec"]["template"]},
        {"more": {"m": 1}, "template": deployment("two", "b:1")["spec"]["template"]},
    )


@pytest.mark.parametrize(
    "wish",
    [
        {"namePrefix": "x-"},
        {"resources": ["all.yaml"], "patches": [{"target": {"kind": "Job"}, "patch": "[]"}]},
        {"resources": ["all.yaml"], "patches": [{"target": {"group": "apps"}, "patch": "[]"}]},
        {"configMapGenerator": [{"name": "a", "namespace": "b", "files": []}]},
    ],
)
def test_what_it_does_not_know_is_refused(tmp_path: Path, wish: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        render(write(tmp_path / "over", wish, deployment("one")))


def test_a_patch_by_merging_of_a_list_with_keys_is_refused(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "over", {"resources": ["all.yaml"], "patches": [{"path": "more.yaml"}]}, deployment("one")
    )
    (folder / "more.yaml").write_text(yaml.safe_dump(deployment("one", "c:1")), encoding="utf-8")
    with pytest.raises(NotUnderstood, match="containers"):
        render(folder)
