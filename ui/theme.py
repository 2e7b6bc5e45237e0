"""The look that Gradio's own components take on; everything else is in style.css. No font is fetched."""

from __future__ import annotations

import gradio as gr

SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Cantarell", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", "monospace")

THEME = gr.themes.Base(font=SANS, font_mono=MONO).set(
    body_background_fill="#fbfaf7",
    body_background_fill_dark="#171614",
    body_text_color="#22201c",
    body_text_color_dark="#ece8e0",
)
