"""HTTP of links: staff have them made, citizens answer by them."""
