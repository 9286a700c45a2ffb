"""Rules of visiting teams: who makes one up, and its course from day to day. Pure."""
