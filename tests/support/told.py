"""What a scrape of this process would read."""

from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.samples import Sample


def samples(name: str, **labels: str) -> Iterator[Sample]:
    """The series of a name that have these labels."""
    for family in REGISTRY.collect():
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                yield sample


def total(name: str, **labels: str) -> float:
    """The sum of the series; 0 when there are none yet."""
    return sum(sample.value for sample in samples(name, **labels))


def told(name: str, **labels: str) -> float:
    """The sum of the series; there must be some."""
    found = [sample.value for sample in samples(name, **labels)]
    assert found, f"{name} {labels} is not told"
    return sum(found)
