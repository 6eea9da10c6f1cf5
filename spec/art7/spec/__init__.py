"""What is described: the catalogue in a7, obligations as data, example offers."""
