"""What is done with accounts. Signing in takes several transactions: a password is checked in none of them."""
