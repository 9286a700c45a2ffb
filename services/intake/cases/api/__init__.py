"""HTTP in for cases: each route asks for a right, parses, and calls one action or query."""
