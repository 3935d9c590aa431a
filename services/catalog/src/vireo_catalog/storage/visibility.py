"""The decision of ``core.visibility`` as a condition of statements about ``Videos``."""

PUBLIC = "State = 'ready'"
"""What everybody may see. The indexes of the lists begin with this column."""
