"""Where articles lie: in a folder (`local`) or on a Milvus (`milvus`)."""
