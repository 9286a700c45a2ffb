"""The units' pages (单位办理页面): lists, cases with their steps, the board of whistles, requests to decide."""
