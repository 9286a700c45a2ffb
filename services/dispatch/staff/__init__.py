"""The register of people (人员名册): who holds which post of which unit, from when to when."""
