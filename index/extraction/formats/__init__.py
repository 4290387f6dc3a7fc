"""Mail, archives, tables, feeds, records and office formats to their articles, in the locked process."""
