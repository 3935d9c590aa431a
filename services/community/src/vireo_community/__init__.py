"""The community service: what people do with videos and with each other."""
