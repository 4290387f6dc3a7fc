"""The view that holds a pasted text against the articles, sentence by sentence."""
