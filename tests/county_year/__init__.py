"""A county's year of visits in simulated time: phones without a network, households that change hands, towns merged."""
