"""Dossiers are kept up and shown."""
