"""The sharing matrix: what the group chose to show between its sites."""
