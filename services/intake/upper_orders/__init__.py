"""Orders from above 上级交办 as they come in: each once by its body and number, whatever deadline it comes with."""
