"""A case as a promise: where it stands, the steps it can take, and its history."""
