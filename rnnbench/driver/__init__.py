"""A run from what is asked for to its reports, for whoever asks: the command line or a notebook.
Nothing here prints.

The stub beside this file (`__init__.pyi`) lists the names; each is loaded when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
