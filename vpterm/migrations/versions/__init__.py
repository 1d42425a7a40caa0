"""The migrations, oldest first. What is released never changes."""
