"""The same questions asked of citeline and of other pipelines."""
