"""Writes the example shop and its later export anew: the same bytes as before unless the demo changed."""

from pathlib import Path

from custtier.demo import write_later_export, write_shop

CUSTOMERS = 200
SEED = 98


def main() -> None:
    """Write `shop/` and `shop_later/` beside this file."""
    here = Path(__file__).parent
    write_shop(here / "shop", customers=CUSTOMERS, seed=SEED)
    write_later_export(here / "shop_later", customers=CUSTOMERS, seed=SEED)


if __name__ == "__main__":
    main()
