"""rnnbench, the referee for recurrent cells: the public names.

The stub beside this file (`__init__.pyi`) lists them; each is loaded when it is first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
