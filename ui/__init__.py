"""Every way to ask: the page, the command, HTTP, OpenAI-compatible, MCP."""
