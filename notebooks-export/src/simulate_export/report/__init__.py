"""One self-contained HTML page per result or sweep: `python -m simulate_export.report result.json -o page.html`.

The page holds everything it needs, plotly.js included, and fetches nothing. Every chart has its numbers in a table below
it, so that it can be read without seeing or pointing; everything works from the keyboard.
"""
