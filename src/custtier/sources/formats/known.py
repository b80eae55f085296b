"""Every profile there is: those that come with custtier, and the user's own from the settings folder."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from custtier.errors import CusttierError, nearest, usage_error
from custtier.settings import settings_folder
from custtier.sources.formats.profile import Profile, load_profiles, parse_profile
from custtier.sources.formats.profile_faults import check_usable
from custtier.text.meant import meant_code

FOLDER: Final = "profiles"
"""Folder of the user's own profiles within the settings folder."""

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class OwnProfiles:
    """The user's own profiles.

    Args:
        profiles: By name, sorted.
        paths: Name → the file it comes from.
        broken: What is wrong with each file that is no profile.
        broken_names: Names of these files without their ending, and the names they give themselves.
    """

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    broken: tuple[CusttierError, ...] = ()
    broken_names: Mapping[str, CusttierError] = field(default_factory=dict)


def own_folder() -> Path:
    """The folder of the user's own profiles; it need not be there."""
    return settings_folder() / FOLDER


def own_profiles(folder: Path | None = None) -> OwnProfiles:
    """The user's own profiles as the files stand now; they are read anew only when one of them changed.

    Args:
        folder: Where they lie; that of the settings by default.
    """
    place = folder or own_folder()
    return _read(str(place), _stamp(place))


def known_profiles() -> Mapping[str, Profile]:
    """Every profile by name, sorted; the user's own stand in the place of ours of the same name.

    Raises:
        CusttierError: `bad-profile` or `profile-twice` for the first file of the user's that is none.
    """
    own = own_profiles()
    if own.broken:
        raise own.broken[0]
    return usable_profiles()


def usable_profiles() -> Mapping[str, Profile]:
    """`known_profiles` without the files that are none."""
    own = own_profiles()
    if not own.profiles:
        return load_profiles()
    both = {**load_profiles(), **own.profiles}
    return {name: both[name] for name in sorted(both)}


def profile_named(name: str) -> Profile:
    """The profile of this name; another file of the user's that is no profile does not matter.

    Args:
        name: Its name, its title as it is shown, or the path of its file, which ends in `.toml`.

    Raises:
        CusttierError: `unknown-profile`, which names the one most like it or lists them all; `bad-profile` when the
            file of this name is none.
    """
    if is_file(name):
        return _profile_in(Path(name))
    own = own_profiles()
    if name in own.broken_names:
        raise own.broken_names[name]
    profiles = usable_profiles()
    if name not in profiles:
        titles = {one: (profile.title.zh, profile.title.en) for one, profile in profiles.items()}
        name = meant_code(name, "profile", codes=profiles, titles=titles) or name
    near = None if name in profiles else nearest(name, profiles)
    if near is not None:
        raise usage_error(
            "unknown-profile",
            "there is no profile `{name}`; is `{near}` meant?",
            hint="list them with `custtier sources`, or leave `--profile` out to have the format recognised",
            name=name,
            near=near,
        )
    if name not in profiles:
        raise usage_error(
            "unknown-profile",
            "there is no profile `{name}`; there are {profiles}",
            hint="list them with `custtier sources`, or leave `--profile` out to have the format recognised",
            name=name,
            profiles=", ".join(profiles),
        )
    return profiles[name]


def is_file(name: str) -> bool:
    """Whether a profile is named by the path of its file."""
    return name.casefold().endswith(".toml") or Path(name).is_file()


def text_of(name: str) -> str:
    """The TOML text of a profile, as it stands in its file.

    Args:
        name: Of a profile that there is, or the path of its file.
    """
    if is_file(name):
        return Path(name).read_text(encoding="utf-8-sig")
    own = own_profiles()
    if name in own.paths:
        return own.paths[name].read_text(encoding="utf-8-sig")
    return (files("custtier.sources") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")


def _stamp(place: Path) -> _Stamp:
    try:
        entries = [entry for entry in place.iterdir() if entry.suffix == ".toml" and not entry.name.startswith(".")]
        told = [(entry.name, entry.stat()) for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as problem:
        raise usage_error(
            "bad-profile",
            "{path} cannot be read: {problem}",
            hint="see that you may read the folder and the files in it",
            path=str(place),
            problem=problem.strerror or type(problem).__name__,
        ) from problem
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in told))


@lru_cache(maxsize=8)
def _read(place: str, stamp: _Stamp) -> OwnProfiles:
    """The profiles of the files that `stamp` lists: a changed file has another stamp."""
    profiles: dict[str, Profile] = {}
    paths: dict[str, Path] = {}
    broken: dict[str, CusttierError] = {}
    names: dict[str, CusttierError] = {}
    for path in (Path(place) / name for name, _, _ in stamp):
        try:
            profile = _profile_in(path)
            _check_single(profile, path, paths)
        except CusttierError as problem:
            broken[path.name] = problem
            names.update(dict.fromkeys(_names_in(path), problem))
            continue
        profiles[profile.name], paths[profile.name] = profile, path
    return OwnProfiles({name: profiles[name] for name in sorted(profiles)}, paths, tuple(broken.values()), names)


def _profile_in(path: Path) -> Profile:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise usage_error(
            "bad-profile",
            "{path} is no profile: it is no UTF-8 text",
            hint="save it as UTF-8",
            path=str(path),
        ) from problem
    except OSError as problem:
        raise usage_error(
            "bad-profile",
            "{path} cannot be read: {problem}",
            hint="see that you may read the folder and the files in it",
            path=str(path),
            problem=problem.strerror or type(problem).__name__,
        ) from problem
    profile = parse_profile(text, origin=str(path))
    check_usable(profile, origin=str(path))
    return profile


def _check_single(profile: Profile, path: Path, paths: Mapping[str, Path]) -> None:
    if profile.name in paths:
        raise usage_error(
            "profile-twice",
            "two of your profiles are called {name}: {first} and {second}",
            hint="give one of them another `name`, or move it away",
            name=profile.name,
            first=str(paths[profile.name]),
            second=str(path),
        )


def _names_in(path: Path) -> Iterable[str]:
    """By what names a broken file may be meant."""
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("name")
    except (OSError, ValueError):
        named = None
    return {path.stem, *([named] if isinstance(named, str) else [])}
