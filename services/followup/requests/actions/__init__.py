"""What is asked for about a case, as dispatch tells of it: until when it is to be decided, and what a grant does."""
