"""The demo group, made by the same actions that people use."""
