"""One fact a case (一件一档): what the events tell of it, and what it counts in."""
