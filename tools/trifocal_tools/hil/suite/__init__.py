"""The cases. The first paragraph of each says what it proves; `needs` names what a frame cannot do."""
