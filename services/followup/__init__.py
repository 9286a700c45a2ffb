"""Followup (回访督办): keeps every promised time, asks the citizen, and believes the citizen."""
