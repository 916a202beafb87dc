"""A radio without a radio: Bluetooth's real host stacks on both ends, and air between them that takes its time."""
