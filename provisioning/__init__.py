"""Virtual computers for the clinics of a group: `vpterm-provision`.

It knows nothing of vpterm, and vpterm nothing of it.
"""
