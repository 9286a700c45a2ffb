"""What is asked for and answered of visits: figures with their numerators and denominators, and what is behind them."""
