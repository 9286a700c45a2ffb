"""What has become of a number between two moments (数据变动), and the cases that make the difference."""
