"""`python -m qa` is the `article-qa` command."""

from qa.cli import main

if __name__ == "__main__":
    main()
