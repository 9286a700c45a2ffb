"""An office that works with the house over HTTP, as any office does: who asks, what is asked, and how it travels."""
