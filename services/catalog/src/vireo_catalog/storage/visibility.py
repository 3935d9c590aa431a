"""What ``core.visibility`` decides, for statements about ``Videos``."""

PUBLIC = "State = 'ready'"
"""Of what everybody may see. The indexes of the lists begin with this column."""
