"""What git knows of commits: their hashes, times and order."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from string import hexdigits

from rnnbench.errors import RnnbenchError
from rnnbench.history.records import HASH_DIGITS, Commit

GIT_SECONDS = 30
NO_ANCESTOR = 1
"""What `git merge-base --is-ancestor` exits with where the first commit is no ancestor."""
SEPARATOR = "\x1f"


class Checkout:
    """A folder in a git checkout, or one that is none: then nothing is known of any commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str) -> str | None:
        """Return what git prints; None where it fails, or there is no git."""
        done = self._run(arguments)
        return done.stdout.strip() if done and done.returncode == 0 else None

    def _run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str] | None":
        """Return how git ended; None where there is none, or it took too long."""
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self.folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=GIT_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired):
            return None

    def resolve(self, ref: str) -> str | None:
        """Return the hash of a commit that a name or the first digits of its hash stand for; None
        where this checkout has no such commit."""
        if ref.startswith("-"):
            return None
        full = self.git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        return full[:HASH_DIGITS] if full else None

    def commit(self, ref: str) -> Commit | None:
        """Return a commit with its time and depth; None where this checkout does not have it."""
        name = self.resolve(ref)
        shown = name and self.git("show", "-s", f"--format=%ct{SEPARATOR}%s", name)
        if not name or not shown:
            return None
        time, _, subject = shown.partition(SEPARATOR)
        return Commit(
            hash=name,
            time=int(time),
            depth=self._depth(name),
            from_git=True,
            subject=printable(subject),
        )

    def _depth(self, name: str) -> int | None:
        """Return how many ancestors a commit has by first parents; None in a shallow clone."""
        if self.git("rev-parse", "--is-shallow-repository") != "false":
            return None
        count = self.git("rev-list", "--count", "--first-parent", name)
        return int(count) if count else None

    def between(self, good: str, bad: str) -> list[str]:
        """Return the commits after one up to another, oldest first, by first parents.

        Raises RnnbenchError where one of them is unknown here, the first is no ancestor of the
        second, they are one commit, or git fails.
        """
        hashes = [self.known(ref) for ref in (good, bad)]
        if hashes[0] == hashes[1]:
            raise RnnbenchError(f"{good} and {bad}: are one commit, so that there is none between")
        if not self._is_ancestor(*hashes):
            raise RnnbenchError(
                f"{good}: is no ancestor of {bad}, so that there are no commits between them; name"
                " the older one first"
            )
        listed = self.git("rev-list", "--reverse", "--first-parent", f"{hashes[0]}..{hashes[1]}")
        if not listed:
            raise self._failed("list the commits", good, bad)
        return [line[:HASH_DIGITS] for line in listed.split()]

    def _is_ancestor(self, older: str, newer: str) -> bool:
        done = self._run(("merge-base", "--is-ancestor", older, newer))
        # Where commits are lost it exits alike, and complains.
        if done is None or done.returncode not in (0, NO_ANCESTOR) or done.stderr.strip():
            raise self._failed("compare the commits", older, newer)
        return done.returncode == 0

    def _failed(self, what: str, older: str, newer: str) -> RnnbenchError:
        return RnnbenchError(
            f"{self.folder.resolve()}: git could not {what} {older} and {newer}; `git fsck` says"
            " whether the checkout is whole"
        )

    def known(self, ref: str) -> str:
        """Return the hash of a commit. Raises RnnbenchError where this checkout does not have
        it."""
        name = self.resolve(ref)
        if name is None:
            raise RnnbenchError(
                f"{ref}: is no commit of the git checkout at {self.folder.resolve()}"
            )
        return name


def printable(subject: str) -> str:
    """Return the first line of a message on one line, without characters that steer a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in subject).split())


def named_commit(ref: str, checkout: Checkout) -> str:
    """Return the hash of a commit that a user names: one of the checkout, or else a hash.

    Raises RnnbenchError for what is neither.
    """
    name = checkout.resolve(ref)
    if name:
        return name
    if len(ref) >= HASH_DIGITS and set(ref) <= set(hexdigits):
        return ref[:HASH_DIGITS].lower()
    raise RnnbenchError(
        f"{ref}: is no commit of the git checkout at {checkout.folder.resolve()}, and no hash of at"
        f" least {HASH_DIGITS} digits"
    )


def in_order(commits: list[Commit]) -> list[Commit]:
    """Return commits from the oldest to the newest.

    Commits with a depth are in its order, whatever their clocks said. One without is placed by its
    time; a time below that of an ancestor counts as the ancestor's.
    """
    ranked: list[tuple[int, int, str, Commit]] = []
    latest = 0
    for commit in sorted(commits, key=lambda commit: (commit.depth or 0, commit.time, commit.hash)):
        if commit.depth is None:
            ranked.append((commit.time, 0, commit.hash, commit))
            continue
        latest = max(latest, commit.time)
        ranked.append((latest, commit.depth, commit.hash, commit))
    return [commit for *_, commit in sorted(ranked, key=lambda entry: entry[:3])]
