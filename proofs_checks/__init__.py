"""The referees: small exact checkers of certificates. Standard library and flint only."""
