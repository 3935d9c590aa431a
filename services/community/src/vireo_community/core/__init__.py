"""The rules of what people do with videos and each other."""
