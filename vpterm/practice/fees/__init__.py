"""The fee schedule: a base of the group and each site's own prices."""
