"""What is done with callbacks: found, opened, tried, reviewed, shown."""
