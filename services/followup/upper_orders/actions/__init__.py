"""What is done with orders from above: taken in, given another deadline, answered; and the answer as it is printed."""
