"""What is done with clocks: the book of a transaction's timers, starting and stopping, finding a case with them."""
