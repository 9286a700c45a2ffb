"""What is known of a household and is for few (敏感情况): sealed, and opened to those who go there, when they go."""
