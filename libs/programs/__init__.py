"""Programs that Huiyin starts beside itself: its own PostgreSQL, and for tests and trials a Kafka.

No service and nothing in ``libs/common`` knows of them: a running service is told where its database and its bus are.
"""
