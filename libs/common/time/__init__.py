"""Time: the clock, the working days of China, deadlines and assessment periods. All pure but the clock."""
