"""When two names of a channel, campaign or agent are one: as people type them here and there."""

import unicodedata


def folded_name(text: str) -> str:
    """A name as it is compared: without spaces around it, in small letters, full-width letters and brackets as others.

    Examples:
        >>> folded_name(" ＡＢ直播（夜） ") == folded_name("ab直播(夜)")
        True
    """
    return unicodedata.normalize("NFKC", text).strip().lower()
