"""``warmstart mcp``: answers for assistants that speak the Model Context Protocol."""
