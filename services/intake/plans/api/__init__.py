"""``/plans``: plans as they are made, shown and printed."""
