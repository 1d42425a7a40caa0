"""Hosts, by way of libvirt: the only folder that imports it. What it raises stops here and becomes an error of ours."""
