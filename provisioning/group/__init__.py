"""The file of a group, group.toml: what it can say, and reading it strictly."""
