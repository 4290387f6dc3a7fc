"""Articles on disk to a library that can be searched; knows no language model and no screen."""
