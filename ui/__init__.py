"""The web chat: presents what `qa` says, and nothing else."""
