"""What makes it a tool for news: times said in words. Pure functions over texts; nothing here reads a library."""
