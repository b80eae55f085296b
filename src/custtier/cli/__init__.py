"""The command line: parse, one workflow call, write, exit."""
