"""The part in the pocket: relays between glasses and cloud, and never loses a photo in between."""
