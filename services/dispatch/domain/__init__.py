"""The rules of dispatching (派单), pure: which step a case may take, who may take it, and what it says of itself."""
