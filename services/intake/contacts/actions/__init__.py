"""What is done with the ledger of contact persons. None of it commits."""
