"""Asking the citizen 回访: the queue, the tries, the verdict, the review of the unreached."""
