"""The county page (县级看板)."""
