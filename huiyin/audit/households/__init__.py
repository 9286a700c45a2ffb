"""Households (户): their steps, and whole rows of them, held against what intake said on the topic ``visits``."""
