"""The group, its billing entities and its sites."""
