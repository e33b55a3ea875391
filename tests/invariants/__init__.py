"""What always holds, whatever happened: properties of random worlds."""
