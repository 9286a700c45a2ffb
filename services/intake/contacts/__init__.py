"""The ledger of contact persons (包保台账): who looks after which households, and evening that out."""
