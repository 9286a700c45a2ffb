"""Every event of Huiyin, and how it travels."""
