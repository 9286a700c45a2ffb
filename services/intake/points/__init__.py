"""Collection points (民情收集点): where and when somebody listens, and who is on duty there."""
