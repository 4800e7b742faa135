"""How two rivals train each other."""
