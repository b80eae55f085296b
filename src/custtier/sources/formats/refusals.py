"""Formats that are known and not imported: why."""

from custtier.errors import CusttierError, data_error
from custtier.sources.formats.profile import Profile


def refuse(profile: Profile, path: str) -> None:
    """Raises the reason for which files of this profile are refused; nothing for one that is imported."""
    if profile.kind == "buyers_bill":
        raise buyers_bill(profile, path)


def buyers_bill(profile: Profile, path: str) -> CusttierError:
    """The error for a file that tells what somebody bought, not what the shop sold."""
    return data_error(
        "buyers-bill",
        "{path} is `{profile}`: what one person bought, not what a shop sold",
        hint="export the orders from the shop's own back office",
        path=path,
        profile=profile.name,
    )
