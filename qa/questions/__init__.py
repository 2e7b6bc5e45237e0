"""Questions made complete from the conversation, and questions worth asking next."""
