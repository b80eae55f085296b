"""How it is read who brought whom: the zone and the words of the settings, and the tags that were given."""

import polars as pl

from custtier.facts import Facts
from custtier.people import tags_of_customers
from custtier.settings import Settings
from custtier.views.referrals.statements import Told


def told_of(facts: Facts, settings: Settings) -> Told:
    """What `views.referrals` asks for, with those of the given tags alone that name who brought somebody.

    Args:
        facts: Uses `tags`, `known` and the accounts.
        settings: Uses `zone` and `referrals`.
    """
    pattern = settings.referrals.tag_pattern
    if pattern is None:
        return Told(settings.zone, settings.referrals)
    tags = facts.table("tags").filter(pl.col("tag").str.contains(pattern)).collect()
    if tags.is_empty():
        return Told(settings.zone, settings.referrals)
    given = tags_of_customers(tags.lazy(), known=facts.table("known"), accounts=facts.accounts)
    return Told(settings.zone, settings.referrals, given)
