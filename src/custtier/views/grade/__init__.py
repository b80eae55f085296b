"""Every lead graded A to E: how many have each letter, who they are, whom we lost, and what staff had expected."""
