"""Own accounts of staff (本地账号): signing in, sessions, second factor, and what an administrator does with them."""
