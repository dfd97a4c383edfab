"""`python -m merunibench`: the command line."""

from merunibench.cli import main

if __name__ == "__main__":
    main()
