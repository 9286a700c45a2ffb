"""The alerts as the Prometheus Operator takes them on Kubernetes: the same groups in a resource of its own."""

import yaml

_HEAD = "# Made from deploy/prometheus/alerts.yml by `make docs`; a test holds them alike.\n"


class _Block(yaml.SafeDumper):
    """Writes a text of several lines as a block, as it was written."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Block.add_representer(str, _text)


def render_rule_resource(rules: str) -> str:
    """The PrometheusRule of a rule file."""
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "huiyin", "namespace": "huiyin", "labels": {"app.kubernetes.io/part-of": "huiyin"}},
        "spec": {"groups": yaml.safe_load(rules)["groups"]},
    }
    return _HEAD + yaml.dump(resource, Dumper=_Block, sort_keys=False, allow_unicode=True, width=200)
