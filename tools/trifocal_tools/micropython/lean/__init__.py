"""The flashed program made small: translated as a whole, source to source, before it is compiled."""
