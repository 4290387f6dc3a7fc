"""Programs' ways in: HTTP, OpenAI's chat completions, MCP."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.api.mcp import over_stdio
else:
    __getattr__ = face(
        __name__,
        mcp="over_stdio",
    )

__all__ = ["over_stdio"]
