"""What stands between a group's file and its hosts, as steps with reasons. Pure: no libvirt, no files, no clock."""
