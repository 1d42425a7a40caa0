"""Clients: the owners of animals, and how to reach them."""
