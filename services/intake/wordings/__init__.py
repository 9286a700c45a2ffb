"""What travels of a confidential or anonymous case (转办文本): written or confirmed by a person, and released."""
