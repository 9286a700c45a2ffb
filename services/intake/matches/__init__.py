"""What households have to give, matched with what others need (资源对接): candidates, and what a person confirmed."""
