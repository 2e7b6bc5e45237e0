"""Sources into batches in the store: once (`pipeline`), as a mirror (`sync`), or for ever (`watch`)."""
