"""Are the answers, the lines and the refusals right?"""
