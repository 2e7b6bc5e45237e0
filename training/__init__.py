"""How the packaged reader and its calibration are made; not part of what is installed.

Each step is one command, `python -m training.STEP`, in this order: `start`, `prepare`, `train`, `export`, `calibrate`.
`recipe.toml` holds every setting of them; README.md here says what each step needs and how long it takes.
"""
