"""Letters (发函商请、督办函、交办单): numbered, sent to a unit, answered in time, accepted or sent back."""
