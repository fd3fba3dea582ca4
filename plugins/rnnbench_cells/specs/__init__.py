"""What the catalogue knows of each cell, a module a family. No torch is needed to read it."""
