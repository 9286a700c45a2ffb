"""The rules of accounts: how long one waits, what a password may be, what comes next, which token still counts."""
