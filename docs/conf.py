"""Configuration of the documentation; ``make docs`` builds it into results/docs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

project = "spintegrate"
author = "the authors of spintegrate"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "blocks"]
exclude_patterns = ["examples"]
html_theme = "furo"
html_title = "spintegrate"
html_static_path = ["drawings.css"]
html_css_files = ["drawings.css"]
html_copy_source = False
html_show_copyright = False
myst_heading_anchors = 3
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
