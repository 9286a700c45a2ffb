"""The desk (工作台): who somebody is here, what they may do with a case now, and what waits for them to decide."""
