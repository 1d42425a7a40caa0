"""Images: what machines start from. Made here from Debian's packages and a template, never changed once made."""
