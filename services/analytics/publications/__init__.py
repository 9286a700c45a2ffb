"""What is published for many (公布): closed periods, once and for ever, and no number that points at anybody."""
