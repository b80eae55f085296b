"""An invented shop of any size, from a seed."""

from custtier.demo.later import LATER_FILE, write_later_export
from custtier.demo.shop import KINDS, UNTIL, Progress, ShopWritten, WrittenFile, write_shop

__all__ = ["KINDS", "LATER_FILE", "UNTIL", "Progress", "ShopWritten", "WrittenFile", "write_later_export", "write_shop"]
