"""The web chat: presents what `qa` says, and nothing else."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it asks for its version otherwise
