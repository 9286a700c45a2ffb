"""One-time links by which a citizen says himself whether he takes his case back (撤单确认链接)."""
