"""`vpterm-provision`: one file per group of commands; thin. Data on stdout, narration on stderr."""
