"""Work that waits for its turn: questions to be read, and changes to the library. The page and the API share both."""
