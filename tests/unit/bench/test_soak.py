"""Growth is what lies between the first window after the warm-up and the last one."""

from bench.figures.soak import growth


def test_the_warm_up_does_not_count() -> None:
    samples = [float(value) for value in range(25)] + [100.0] * 65 + [105.0] * 10
    assert growth(samples) == (100.0, 105.0)


def test_few_samples_are_enough() -> None:
    assert growth([100.0, 101.0]) == (100.0, 101.0)
