"""The pages of visits (走访页面): the phone's, which works without a network, and the overview."""
