"""The verbs of visits: fold events into facts and roll-ups, refold them from nothing, and answer figures."""
