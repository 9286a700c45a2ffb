"""The verbs of analytics: fold events into facts and roll-ups, and refold them from nothing."""
