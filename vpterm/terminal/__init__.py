"""Live sessions and the doors to them."""
