"""Dispatch (派单): finds the unit for every case, and follows it until the unit says that it is done."""
