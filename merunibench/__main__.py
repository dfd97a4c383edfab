"""`python -m merunibench`: the command line."""

if __name__ == "__main__":  # other processes of a build import this module, and need no command line
    from merunibench.cli import main

    main()
