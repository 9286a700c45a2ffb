"""What every matter of a service needs to take its steps: the table, who asks, and how a step is kept.

``machine`` is pure and may be used by any ``domain``; ``requests`` and ``steps`` stand above the database.
"""
