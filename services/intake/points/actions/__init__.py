"""Collection points as they are opened, changed, manned and shown."""
