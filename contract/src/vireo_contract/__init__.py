"""What clients are promised: the API document, and the sentences that the gateway answers with."""
