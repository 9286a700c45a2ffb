"""What was asked for about a case (申请) as it is kept: each step of the case that answers or ends one goes by here."""
