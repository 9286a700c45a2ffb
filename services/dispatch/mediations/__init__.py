"""Mediation (调解): given to a mediator, held in sessions, agreed or not, and the agreement kept or broken."""
