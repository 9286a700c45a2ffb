"""The load: a house of processes, the people who use it over HTTP, and a journal of what they were told."""
