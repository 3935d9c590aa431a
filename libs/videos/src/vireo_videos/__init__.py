"""What services that show videos share: who may see one, its rows, its JSON object."""
