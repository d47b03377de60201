"""How a connector is built, driven and observed."""
