"""Aid and referrals (低保、特困、临时救助): found, applied for, granted or refused, each by a unit with its time."""
