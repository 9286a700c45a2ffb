"""The verbs of followup. Each changes rows, records the step and says what happened; only ``due`` commits, case by case
where it must. ``fire_due`` is for whoever moves simulated time."""

from services.followup.actions.due import fire_due

__all__ = ["fire_due"]
