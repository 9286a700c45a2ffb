"""Orders from above 上级交办: until when each is to be answered, and the answer 回复: written, approved, sent."""
