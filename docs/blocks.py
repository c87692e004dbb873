"""The directive ``block``: what a netlist says of itself, with its drawing.

```{block} comparator
```
"""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from harness.render import block_interface


class Block(SphinxDirective):
    """Puts in summary, drawing and explanation of the block that is named."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the parsed text; the front matter is written so that it is Markdown."""
        name = self.arguments[0]
        interface = block_interface(name)
        self.env.note_dependency(str(Path(__file__).parents[1] / "netlists" / f"{name}.cir.j2"))
        text = [
            f"**{interface.summary}** (`netlists/{name}.cir.j2`)",
            "",
            f"![Schematic of {name}](circuits/{name}.svg)",
            "",
        ]
        text += interface.how.splitlines()
        target = nodes.container()
        self.state.nested_parse(StringList(text, self.get_source_info()[0]), self.content_offset, target)
        for image in target.findall(nodes.image):
            image.parent["classes"].append("drawing")
        return target.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("block", Block)
    return {"parallel_read_safe": True}
