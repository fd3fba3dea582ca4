"""rnnbench, the referee for recurrent cells: the front door.

What it offers stands in the stub beside this file (`__init__.pyi`); each name is loaded when it is
first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
