"""What every Vireo service stands on. It knows no business word: no channel, no video."""
