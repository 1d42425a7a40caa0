"""libvirt's documents as small typed classes: each property declares where it stands, and reads and writes itself."""
