"""Appeals against how a case was handled or how it ended."""
