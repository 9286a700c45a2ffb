"""Files that people attach: kept by what is in them, told apart by their content, looked at for malware."""
