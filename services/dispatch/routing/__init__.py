"""Which unit: by the duty directory, by a dispatcher, and again for every round; why, for ever."""
