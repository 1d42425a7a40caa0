"""The command vpterm: one file per group of commands, thin."""
