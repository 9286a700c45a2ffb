"""The verbs of facts: fold events into facts and roll-ups, and refold them from nothing."""
