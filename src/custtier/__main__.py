"""Run the command line with `python -m custtier`."""

from custtier.cli.main import main

if __name__ == "__main__":
    main()
