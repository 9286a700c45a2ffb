"""Photos of visits (走访照片): those that a visit's record names are kept, and shown on the record."""
