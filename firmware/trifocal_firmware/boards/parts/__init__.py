"""What several boards have in common; a board takes the parts that it has. None of it is in glasses without it."""
