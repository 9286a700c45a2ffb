"""What people decide about how a case counts 认定: its kind of petition, whether it is reasonable, or counted."""
