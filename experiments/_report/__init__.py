"""The offline HTML report: what is registered, what is established, and by what evidence."""
