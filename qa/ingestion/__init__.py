"""From files, folders and URLs to stored articles: once (`pipeline`), mirrored (`sync`), or on and on (`watch`)."""
