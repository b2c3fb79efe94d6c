"""The laboratory: what every experiment shares (command line, record, figure, text)."""
