"""Plans of visits (走访计划): each household to one team on one day."""
