"""Files and agencies, in and out."""
