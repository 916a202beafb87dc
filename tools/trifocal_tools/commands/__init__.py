"""The commands of `trifocal`, one file each. They import what they need when they run, so that help comes at once."""
