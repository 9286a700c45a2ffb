"""The case at the door (诉求件): registered, changed, followed, shown."""
