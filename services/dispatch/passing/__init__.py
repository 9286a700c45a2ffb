"""A case among the levels: delegated down (下派), recalled, raised (上报); nobody gives it up by that."""
