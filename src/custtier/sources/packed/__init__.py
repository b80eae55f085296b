"""What the user named becomes files on disk: archives unpacked, locked files opened, nothing without a limit."""
