"""Exit codes of `vpterm`, in one place. 0 is success; 2 is what the command line itself refuses (Typer's)."""

FAILED = 1  # the sentence on stderr says what and what to do
VERIFICATION_FAILED = 3  # `vpterm verify` found a broken chain: nothing failed, something is wrong
LINES_REFUSED = 4  # `vpterm import`: some lines were refused, the others are in
UNSOUND = 1  # `vpterm doctor` found something wrong: its sentences on stdout say what
