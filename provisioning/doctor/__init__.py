"""Whether a host is fit to bear machines: facts, found out elsewhere, judged in sentences that say what to do. Pure."""
