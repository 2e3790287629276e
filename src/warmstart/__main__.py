"""``python -m warmstart``, where the command is not on the path."""

from warmstart.cli import main

if __name__ == "__main__":
    main()
