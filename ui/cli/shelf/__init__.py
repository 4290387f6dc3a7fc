"""What the command says of single files and articles: how they were read, their dates, how copies differ."""
